import AgentCore
import AgentHost
import AgentKnowledge
import AgentPlugins

/// Everything that a command needs to look at a host.
struct AgentSession: Sendable {
  let base: SessionBase
  var plan: SessionPlan
  let identity: HostIdentity
  let clock: any AgentClock
  let engine: Engine

  var configuration: Configuration { plan.configuration }
  var roles: Set<Role> { plan.roles }
  var host: Host { plan.host }

  /// Whether the host is the machine that the agent runs on, not a recorded one nor one below another root.
  var isThisMachine: Bool { base.root.mode == .live && base.root.path == "/" }

  private var agent: AgentBuild { base.root.mode == .recorded ? .recorded : .current }

  /// The thread for sockets, which the HTTP server and the probes share.
  var network: NetworkLoop { base.sources.networkLoop }

  /// Whether it looks at addresses that move from host to host.
  var watchesAddresses: Bool { plan.active.contains { $0.descriptor.area == .addresses } }

  /// What the state says now.
  func report(since start: HostTime) -> Report {
    let now = clock.now()
    return Report(
      engine.state.snapshot(),
      context: ReportContext(
        agent: agent, host: identity, roles: roles, roleProblem: plan.roleProblem, observedAt: now,
        duration: now.elapsed(since: start)))
  }

  /// Every metric as the state has it.
  func metrics() -> [MetricFamily] {
    AgentMetrics.families(engine.state.snapshot(), agent: agent, roles: roles)
  }

  /// The metrics for node_exporter's textfile collector, which has process metrics of its own.
  func metricsToFile() -> [MetricFamily] {
    metrics().filter { $0.name.description.hasPrefix("nodeagent_") }
  }
}
