import AgentCore

/// The node in one line, for `systemctl status`: how much is wrong, and the first names.
enum StatusText {
  /// Findings of the worst state that are named.
  private static let named = 3

  /// Roots come first, as in the report.
  static func render(_ node: JudgedNode, isCurrent: Bool) -> String {
    (isCurrent ? "" : "the configuration on disk is wrong, the one before is in force; ") + findings(node)
  }

  private static func findings(_ node: JudgedNode) -> String {
    func found(_ state: CheckState) -> [JudgedVerdict] { node.verdicts.filter { $0.state == state } }
    let warnings = found(.warning)
    let groups = [
      ("failing", found(.failing)), ("could not be checked", found(.unknown)),
      (warnings.count == 1 ? "warning" : "warnings", warnings),
    ].filter { !$0.1.isEmpty }
    guard let worst = groups.first else {
      return node.verdicts.contains { $0.state == .ok } ? "all well" : "nothing could be looked at here"
    }
    let more = worst.1.count - named
    let names = worst.1.prefix(named).map(\.verdict.key.description) + (more > 0 ? ["\(more) more"] : [])
    let others = groups.dropFirst().map { "\($0.1.count) \($0.0)" }
    return (["\(worst.1.count) \(worst.0): \(names.joined(separator: ", "))"] + others).joined(separator: "; ")
  }
}
