/// Collects every mistake and every effective value while settings are decoded.
///
/// Local to one decoding; several nodes of a file may be decoded into the same one.
package final class SettingsDiagnostics {
  /// The mistakes so far, in the order found.
  package private(set) var problems: [SettingsProblem] = []
  /// The values handed out so far, in the order read; without those that were wrong.
  package private(set) var effective: [EffectiveSetting] = []

  /// An empty collection.
  package init() {}

  /// Adds a mistake.
  package func report(_ problem: SettingsProblem) {
    problems.append(problem)
  }

  /// Adds a mistake about the value of a node. `message` says what is wrong; what is allowed.
  package func report(_ node: SettingsNode, _ message: String) {
    report(SettingsProblem(file: node.file, mark: node.mark, path: node.path, message: message))
  }

  /// Adds the mistake that the key of a node is none of the allowed ones, with the near ones.
  package func reportUnknownKey(_ node: SettingsNode, allowed: [String]) {
    let message = "unknown key" + SettingsText.hint(node.key, allowed) + "; " + SettingsText.keys(allowed)
    report(SettingsProblem(file: node.file, mark: node.keyMark, path: node.path, message: message))
  }

  /// Adds the value of a setting.
  package func record(_ setting: EffectiveSetting) {
    effective.append(setting)
  }

  /// Throws all mistakes, if there are any.
  package func check() throws(SettingsErrors) {
    if !problems.isEmpty { throw SettingsErrors(problems) }
  }
}
