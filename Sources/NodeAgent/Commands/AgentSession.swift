import AgentCore
import AgentHost
import AgentPlugins

/// Everything that a command needs to look at a host.
struct AgentSession: Sendable {
  let configuration: Configuration
  let roles: Set<Role>
  /// A file that might have told a role and could not be read.
  let roleProblem: String?
  let identity: HostIdentity
  let clock: any AgentClock
  let host: Host
  /// Whether the host is the machine that the agent runs on, not a recorded one nor one below another root.
  let isThisMachine: Bool
  let engine: Engine
  let events: HostEvents
  /// The thread for sockets, which the HTTP server and the probes share.
  let network: NetworkLoop

  /// Whether it looks at addresses that move from host to host.
  var watchesAddresses: Bool { engine.active.contains { $0.descriptor.area == .addresses } }

  /// What the state says now.
  func report(since start: HostTime) -> Report {
    let now = clock.now()
    return Report(
      engine.state.snapshot(),
      context: ReportContext(
        agent: .current, host: identity, roles: roles, roleProblem: roleProblem, observedAt: now,
        duration: now.elapsed(since: start)))
  }

  /// Every metric as the state has it.
  func metrics() -> [MetricFamily] {
    AgentMetrics.families(engine.state.snapshot(), agent: .current, roles: roles)
  }

  /// The metrics for node_exporter's textfile collector, which has process metrics of its own.
  func metricsToFile() -> [MetricFamily] {
    metrics().filter { $0.name.description.hasPrefix("nodeagent_") }
  }
}
