import AgentCore

/// The order in which a report is read.
enum ReportOrder {
  /// Areas by their worst finding; in each the roots by urgency, every root followed by what follows from it, then
  /// what is well, then what was skipped.
  static func sorted(_ verdicts: [JudgedVerdict]) -> [JudgedVerdict] {
    var consequences: [VerdictKey: [Int]] = [:]
    var roots: [Int] = []
    var worst: [Area: Int] = [:]
    for (index, verdict) in verdicts.enumerated() {
      if let cause = verdict.cause {
        consequences[cause, default: []].append(index)
      } else {
        roots.append(index)
        worst[verdict.area] = min(worst[verdict.area] ?? .max, verdict.state.urgency)
      }
    }
    let areas = Dictionary(uniqueKeysWithValues: Area.allCases.enumerated().map { ($1, $0) })
    let ranks = roots.map { index in
      let verdict = verdicts[index]
      return (worst[verdict.area] ?? 0, areas[verdict.area] ?? 0, verdict.state.urgency, index)
    }
    return ranks.sorted(by: <).flatMap { rank in [rank.3] + (consequences[verdicts[rank.3].verdict.key] ?? []) }
      .map { verdicts[$0] }
  }
}
