import AgentCore

/// The order in which a report is read.
enum ReportOrder {
  /// Areas by their worst finding; in each the roots by urgency, every root followed by what follows from it, then
  /// what is well, then what was skipped.
  static func sorted(_ verdicts: [JudgedVerdict]) -> [JudgedVerdict] {
    let consequences = Dictionary(grouping: verdicts.filter { $0.cause != nil }) { $0.cause }
    let roots = verdicts.enumerated().filter { $0.element.cause == nil }
    let worst = Dictionary(grouping: roots.map(\.element), by: \.area)
      .mapValues { $0.map(\.state.urgency).min() ?? 0 }
    func rank(_ entry: EnumeratedSequence<[JudgedVerdict]>.Element) -> [Int] {
      let verdict = entry.element
      let area = Area.allCases.firstIndex(of: verdict.area) ?? 0
      return [worst[verdict.area] ?? 0, area, verdict.state.urgency, entry.offset]
    }
    return roots.sorted { rank($0).lexicographicallyPrecedes(rank($1)) }
      .flatMap { [$0.element] + (consequences[$0.element.verdict.key] ?? []) }
  }
}
