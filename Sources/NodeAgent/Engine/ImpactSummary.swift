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
    for plane in Plane.allCases {
      let touching = judged.filter { $0.state != .skipped && $0.touches(plane) }
      let roots = touching.filter { $0.cause == nil && $0.state.isFinding }
      let lost = roots.filter { $0.state == .failing && $0.lost.contains(plane) }
      let unseen = roots.filter { $0.state == .unknown }
      let endangered = roots.filter { $0.state != .unknown }
      let (impact, reason): (Impact, [JudgedVerdict]) =
        if !lost.isEmpty { (.lost, lost) } else if !unseen.isEmpty { (.unknown, unseen) } else if !endangered.isEmpty {
          (.atRisk, endangered)
        } else {
          // That a plane works is said only by a check that would have seen it lost.
          (touching.contains { $0.lost.contains(plane) } ? .ok : .unknown, [])
        }
      planes[plane] = impact
      reasons[plane] = reason.map(\.verdict.key)
    }
  }
}
