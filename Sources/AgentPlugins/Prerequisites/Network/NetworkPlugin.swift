package import AgentCore
package import AgentKnowledge

/// The cluster's networks: whether they keep off the addresses that the node needs.
package struct NetworkPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "network", area: .prerequisites, summary: "The networks of pods and Services beside the node's own.",
    checks: NetworkChecks.all, rhythm: .every(.seconds(300)), deadline: .seconds(2),
    requirements: ClusterNetworks.paths.map {
      Requirement(.file($0), for: ["network.cidr-overlap"], permission: "read")
    })

  private let host: Host

  /// Watches a host.
  package init(host: Host) { self.host = host }

  /// Every change of a file that states a network or an address.
  package func triggers() -> AsyncStream<Trigger> {
    host.changes(
      of: ClusterNetworks.paths + [CNINetwork.directory, FlannelNetwork.path, KeepalivedAddresses.path]
        + ["/etc/kubernetes/admin.conf"])
  }

  /// Reads the manifests, the CNI configuration and the routes.
  package func observe(at time: HostTime) async throws -> NetworkObservation {
    let source = NetworkSource(roles: host.roles, cluster: host.cluster)
    return try await host.read { files in source.read(files, at: time) }
  }

  /// A verdict for each network of the cluster, and one for what is not stated here.
  package func judge(_ observation: NetworkObservation) -> [Verdict] { NetworkJudge(observation).verdicts }

  /// Nothing that the check does not say.
  package func metrics(_ observation: NetworkObservation) -> [MetricFamily] { [] }
}
