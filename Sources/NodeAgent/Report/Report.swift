import AgentCore
import AgentKnowledge

/// The node's state, judged as a whole: what text, JSON and metrics all show.
struct Report: Sendable {
  var agent: AgentBuild
  var host: HostIdentity
  var roles: Set<Role>
  /// A file that might have told a role and could not be read.
  var roleProblem: String?
  var observedAt: HostTime
  var duration: Duration
  /// How long the last round of each plugin took.
  var rounds: [String: Duration]
  /// Ordered as it is read: areas by their worst finding, roots before what follows from them, the healthy last.
  var verdicts: [JudgedVerdict]
  var impact: ImpactSummary
  /// The moves that are remembered, by address and the newest of each first.
  var moves: [Move]

  init(_ snapshot: NodeSnapshot, context: ReportContext) {
    agent = context.agent
    host = context.host
    roles = context.roles
    roleProblem = context.roleProblem
    observedAt = context.observedAt
    duration = context.duration
    rounds = Dictionary(
      snapshot.plugins.map { ($0.active.name, $0.state?.last.duration ?? .zero) },
      uniquingKeysWith: { first, _ in first })
    let judged = JudgedNode(snapshot, roles: context.roles)
    verdicts = ReportOrder.sorted(judged.verdicts)
    impact = judged.impact
    moves = snapshot.plugins.flatMap { $0.state?.last.moves ?? [] }
  }

  /// The worst first: 2 failing, 3 could not be checked, 1 a warning, 0 all well. Skipped checks do not count.
  var exitStatus: Int32 {
    let states = Set(verdicts.map(\.state))
    return states.contains(.failing) ? 2 : states.contains(.unknown) ? 3 : states.contains(.warning) ? 1 : 0
  }
}

/// What a report says of where and when it was made.
struct ReportContext: Sendable {
  var agent: AgentBuild
  var host: HostIdentity
  var roles: Set<Role>
  var roleProblem: String?
  var observedAt: HostTime
  var duration: Duration
}
