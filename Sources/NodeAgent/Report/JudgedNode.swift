import AgentCore

/// All verdicts of a node, related to each other.
struct JudgedNode: Sendable {
  /// In the order of the plugins.
  var verdicts: [JudgedVerdict]
  var impact: ImpactSummary

  init(_ snapshot: NodeSnapshot, roles: Set<Role>) {
    let announced = snapshot.plugins.flatMap { $0.state?.last.tracks ?? [] }
    let causes = CauseOrder(
      definitions: snapshot.plugins.flatMap(\.active.checks), verdicts: announced.map(\.verdict))
    verdicts = snapshot.plugins.flatMap { Self.judge($0, causes: causes, roles: roles) }
    impact = ImpactSummary(verdicts)
  }

  private static func judge(_ entry: NodeSnapshot.Entry, causes: CauseOrder, roles: Set<Role>) -> [JudgedVerdict] {
    let definitions = Dictionary(entry.active.checks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    // Prerequisites take nothing from users before a kubelet runs here.
    let descriptor = entry.active.descriptor
    let hasPlanes = descriptor.area != .prerequisites || !roles.isDisjoint(with: [.controlPlane, .worker])
    return (entry.state?.last.tracks ?? []).compactMap { announced in
      guard let definition = definitions[announced.verdict.check] else { return nil }
      return JudgedVerdict(
        verdict: announced.verdict, definition: definition, plugin: descriptor.name, area: descriptor.area,
        since: announced.since, recentChanges: announced.recentChanges,
        cause: causes.root(of: announced.verdict.key), lost: hasPlanes ? announced.verdict.lost ?? definition.lost : [],
        atRisk: hasPlanes ? announced.verdict.atRisk ?? definition.atRisk : [])
    }
  }
}
