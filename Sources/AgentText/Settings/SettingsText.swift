import AgentCore

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
