import AgentCore

/// What the node's root findings mean for users, plane by plane.
struct ImpactSummary: Sendable, Equatable {
  /// Every plane's impact.
  private(set) var planes: [Plane: Impact] = [:]
  /// The root findings that a plane's impact rests on.
  private(set) var reasons: [Plane: [VerdictKey]] = [:]

  /// - Parameters:
  ///   - judged: verdicts with the planes that they may touch here and the root that explains each, if any.
  init(_ judged: [JudgedVerdict]) {
    var tallies: [Plane: Tally] = [:]
    for verdict in judged where verdict.state != .skipped {
      for plane in Plane.allCases where verdict.touches(plane) {
        tallies[plane, default: Tally()].count(verdict, plane)
      }
    }
    for plane in Plane.allCases { (planes[plane], reasons[plane]) = (tallies[plane] ?? Tally()).result }
  }

  /// What touches one plane.
  private struct Tally {
    private var lost: [VerdictKey] = []
    private var unseen: [VerdictKey] = []
    private var endangered: [VerdictKey] = []
    private var isWatched = false

    mutating func count(_ verdict: JudgedVerdict, _ plane: Plane) {
      let takes = verdict.lost.contains(plane)
      isWatched = isWatched || takes
      guard verdict.cause == nil, verdict.state.isFinding else { return }
      switch verdict.state {
      case .failing where takes: lost.append(verdict.verdict.key)
      case .unknown: unseen.append(verdict.verdict.key)
      default: endangered.append(verdict.verdict.key)
      }
    }

    var result: (Impact, [VerdictKey]) {
      if !lost.isEmpty { return (.lost, lost) }
      if !unseen.isEmpty { return (.unknown, unseen) }
      if !endangered.isEmpty { return (.atRisk, endangered) }
      // That a plane works is said only by a check that would have seen it lost.
      return (isWatched ? .ok : .unknown, [])
    }
  }
}
