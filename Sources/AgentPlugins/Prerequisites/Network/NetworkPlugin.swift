public import AgentCore
public import AgentHost

/// The cluster's networks: whether they keep off the addresses that the node needs.
public struct NetworkPlugin: Plugin {
  /// What the plugin is.
  public static let descriptor = PluginDescriptor(
    name: "network", area: .prerequisites, summary: "The networks of pods and Services beside the node's own.",
    checks: NetworkChecks.all, rhythm: .every(.seconds(300)), deadline: .seconds(2),
    requirements: ClusterNetworks.paths.map {
      Requirement(.file($0), for: ["network.cidr-overlap"], permission: "read")
    })

  private let host: Host

  /// Watches a host.
  public init(host: Host) { self.host = host }

  /// Every change of a file that states a network or an address.
  public func triggers() -> AsyncStream<Trigger> {
    host.changes(
      of: ClusterNetworks.paths + [CNINetwork.directory, FlannelNetwork.path, KeepalivedAddresses.path]
        + ["/etc/kubernetes/admin.conf"])
  }

  /// Reads the manifests, the CNI configuration and the routes.
  public func observe(at time: HostTime) async throws -> NetworkObservation {
    let source = NetworkSource(roles: host.roles, cluster: host.cluster)
    return try await host.read { files in source.read(files, at: time) }
  }

  /// A verdict for each network of the cluster, and one for what is not stated here.
  public func judge(_ observation: NetworkObservation) -> [Verdict] { NetworkJudge(observation).verdicts }

  /// Nothing that the check does not say.
  public func metrics(_ observation: NetworkObservation) -> [MetricFamily] { [] }
}
