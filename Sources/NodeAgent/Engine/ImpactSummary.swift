import AgentCore

/// What the node's findings mean for users, plane by plane.
///
/// A finding that follows from another one takes away what it says as well, and its root is the reason: with the cable
/// pulled it is what hangs on the cable that users lost.
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
      guard verdict.state.isFinding else { return }
      let reason = verdict.cause ?? verdict.verdict.key
      switch verdict.state {
      case .failing where takes: Self.add(reason, to: &lost)
      // What could not be seen because of something that was seen is told by that.
      case .unknown: if verdict.cause == nil { Self.add(reason, to: &unseen) }
      default: Self.add(reason, to: &endangered)
      }
    }

    private static func add(_ reason: VerdictKey, to reasons: inout [VerdictKey]) {
      if !reasons.contains(reason) { reasons.append(reason) }
    }

    var result: (Impact, [VerdictKey]) {
      if !lost.isEmpty { return (.lost, lost) }
      if !endangered.isEmpty { return (.atRisk, endangered) }
      if !unseen.isEmpty { return (.unknown, unseen) }
      // That a plane works is said only by a check that would have seen it lost.
      return (isWatched ? .ok : .unknown, [])
    }
  }
}
