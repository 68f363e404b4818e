import AgentCore

/// The node in one line, for `systemctl status`: how much is wrong, and the first names.
enum StatusText {
  /// Findings of the worst state that are named.
  private static let named = 3

  /// Roots come first, as in the report.
  static func render(_ node: JudgedNode, isCurrent: Bool) -> String {
    (isCurrent ? "" : "the configuration on disk is wrong, the one before is in force; ")
      + FindingSummary.text(node.verdicts, named: named, separator: ", ") { $0.key.description }
  }
}
