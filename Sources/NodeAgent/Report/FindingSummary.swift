import AgentCore

/// What is found on a node in one line: how much is wrong, and the first names of the worst.
enum FindingSummary {
  /// The worst state's findings by name, the others by number.
  ///
  /// - Parameters:
  ///   - verdicts: in the report's order.
  ///   - named: how many are named at most.
  ///   - separator: between the names.
  ///   - name: what a finding is called.
  static func text(
    _ verdicts: [JudgedVerdict], named: Int, separator: String, name: (Verdict) -> String
  ) -> String {
    func found(_ state: CheckState) -> [JudgedVerdict] { verdicts.filter { $0.state == state } }
    let warnings = found(.warning)
    let groups = [
      ("failing", found(.failing)), ("could not be checked", found(.unknown)),
      (warnings.count == 1 ? "warning" : "warnings", warnings),
    ].filter { !$0.1.isEmpty }
    guard let worst = groups.first else {
      return verdicts.contains { $0.state == .ok } ? "all well" : "nothing could be looked at here"
    }
    let more = worst.1.count - named
    let names = worst.1.prefix(named).map { name($0.verdict) } + (more > 0 ? ["\(more) more"] : [])
    let others = groups.dropFirst().map { "\($0.1.count) \($0.0)" }
    return (["\(worst.1.count) \(worst.0): \(names.joined(separator: separator))"] + others).joined(separator: "; ")
  }
}
