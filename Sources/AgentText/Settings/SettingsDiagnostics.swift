import AgentCore

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

/// The words that settings messages have in common.
enum SettingsText {
  /// ` (did you mean 'a' or 'b'?)`, or nothing when no candidate is near.
  static func hint(_ name: String, _ candidates: [String]) -> String {
    let near = NearNames.near(name, in: candidates).map { "'\($0)'" }
    return near.isEmpty ? "" : " (did you mean \(near.joined(separator: " or "))?)"
  }

  /// `allowed keys: a, b`.
  static func keys(_ keys: [String]) -> String {
    keys.isEmpty ? "no key is allowed here" : "allowed keys: " + Set(keys).sorted().joined(separator: ", ")
  }

  /// What a node is, as it reads after `is `.
  static func kind(_ node: YAMLNode) -> String {
    switch node.kind {
    case .sequence: return "a list"
    case .mapping: return "a mapping"
    case .scalar(let text, _, _):
      let shown = PlainText.short(text, length: 30)
      switch node.scalar {
      case .null: return "empty"
      case .bool: return "the boolean \(shown)"
      case .int, .hugeInt: return "the integer \(shown)"
      case .float: return "the number \(shown)"
      case .string, nil: return "the string '\(shown)'"
      }
    }
  }
}

/// A setting as the agent uses it, for `nodeagent config show`.
package struct EffectiveSetting: Sendable, Equatable {
  /// Where a value came from.
  package enum Origin: Sendable, Equatable {
    /// The agent's default.
    case `default`
    /// Found in a file of the host.
    case detected(file: String)
    /// Written in the settings file, on this line.
    case configured(file: String, line: Int)
  }

  /// The keys from the top, joined by dots.
  package let path: String
  /// The value as YAML on one line; a type whose values hold a secret has masked it.
  package let value: String
  /// Where the value came from.
  package let origin: Origin

  /// A value and its origin.
  package init(path: String, value: String, origin: Origin) {
    self.path = path
    self.value = value
    self.origin = origin
  }
}
