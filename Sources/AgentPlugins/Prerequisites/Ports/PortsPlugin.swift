package import AgentCore
package import AgentKnowledge

/// The ports that Kubernetes will listen on, before a host joins a cluster.
package struct PortsPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "ports", area: .prerequisites, summary: "Ports of Kubernetes that other programs hold before a node joins.",
    checks: PortsChecks.all, rhythm: .every(.seconds(300)), deadline: .seconds(2))

  private let host: Host

  /// Watches a host.
  package init(host: Host) { self.host = host }

  /// Whether the host joins; sockets are looked at with the interval only.
  package func triggers() -> AsyncStream<Trigger> { host.changes(of: KubeletSource.watchedPaths) }

  /// Reads the kernel's tables of sockets.
  package func observe(at time: HostTime) async throws -> PortsObservation {
    let kubelet = try await host.kubelet.facts()
    let roles = host.roles
    return try await host.read { PortsObservation(reading: $0, kubelet: kubelet, roles: roles, at: time) }
  }

  /// One verdict for each port.
  package func judge(_ observation: PortsObservation) -> [Verdict] { PortsJudge(observation).verdicts }

  /// Nothing that the check does not say.
  package func metrics(_ observation: PortsObservation) -> [MetricFamily] { [] }
}
