/// Collects every mistake and every effective value while settings are decoded.
///
/// Local to one decoding; several nodes of a file may be decoded into the same one.
public final class SettingsDiagnostics {
  /// The mistakes so far, in the order found.
  public private(set) var problems: [SettingsProblem] = []
  /// The values handed out so far, in the order read; without those that were wrong.
  public private(set) var effective: [EffectiveSetting] = []

  /// An empty collection.
  public init() {}

  /// Adds a mistake.
  public func report(_ problem: SettingsProblem) {
    problems.append(problem)
  }

  /// Adds a mistake about the value of a node. `message` says what is wrong; what is allowed.
  public func report(_ node: SettingsNode, _ message: String) {
    report(SettingsProblem(file: node.file, mark: node.mark, path: node.path, message: message))
  }

  /// Adds the mistake that the key of a node is none of the allowed ones, with the near ones.
  public func reportUnknownKey(_ node: SettingsNode, allowed: [String]) {
    let message = "unknown key" + SettingsText.hint(node.key, allowed) + "; " + SettingsText.keys(allowed)
    report(SettingsProblem(file: node.file, mark: node.keyMark, path: node.path, message: message))
  }

  /// Adds the value of a setting.
  public func record(_ setting: EffectiveSetting) {
    effective.append(setting)
  }

  /// Throws all mistakes, if there are any.
  public func check() throws(SettingsErrors) {
    if !problems.isEmpty { throw SettingsErrors(problems) }
  }
}
