public import AgentCore
public import AgentHost

/// The ports that Kubernetes will listen on, before a host joins a cluster.
public struct PortsPlugin: Plugin {
  /// What the plugin is.
  public static let descriptor = PluginDescriptor(
    name: "ports", area: .prerequisites, summary: "Ports of Kubernetes that other programs hold before a node joins.",
    checks: PortsChecks.all, rhythm: .every(.seconds(300)), deadline: .seconds(2))

  private let host: Host

  /// Watches a host.
  public init(host: Host) { self.host = host }

  /// Whether the host joins; sockets are looked at with the interval only.
  public func triggers() -> AsyncStream<Trigger> { host.changes(of: KubeletSource.watchedPaths) }

  /// Reads the kernel's tables of sockets.
  public func observe(at time: HostTime) async throws -> PortsObservation {
    let kubelet = try await host.kubelet.facts()
    let roles = host.roles
    return try await host.read { PortsObservation(reading: $0, kubelet: kubelet, roles: roles, at: time) }
  }

  /// One verdict for each port.
  public func judge(_ observation: PortsObservation) -> [Verdict] { PortsJudge(observation).verdicts }

  /// Nothing that the check does not say.
  public func metrics(_ observation: PortsObservation) -> [MetricFamily] { [] }
}
