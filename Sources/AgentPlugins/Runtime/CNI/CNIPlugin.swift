package import AgentCore
package import AgentKnowledge

/// The network that pods get.
package struct CNIPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "cni", area: .runtime, summary: "The network configuration that the container runtime uses.",
    checks: [configuration], rhythm: .every(.seconds(10)), deadline: .seconds(3),
    requirements: [
      Requirement(.file(CNINetwork.directory), for: [configuration.id], permission: "CAP_DAC_READ_SEARCH")
    ])

  private static let configuration = CheckDefinition(
    "cni.configuration", title: "Pods get the cluster's network",
    why: """
      The runtime takes the first file in /etc/cni/net.d, whatever stands in the others. Without one the node stays \
      NotReady; with CRI-O's example first, pods get addresses that no other node can reach.
      """,
    source: "/etc/cni/net.d in the order of names, /opt/cni/bin, NetworkManager's unmanaged-devices",
    confirm: "ls /etc/cni/net.d /opt/cni/bin; crictl info | grep -A3 NetworkReady",
    remedy: "install the cluster's network, or move other files out of /etc/cni/net.d",
    undo: "mv /etc/cni/net.d/NAME.disabled /etc/cni/net.d/NAME", worst: .failing, lost: [.workloads],
    dependsOn: [Dependency("units.state", subject: .named("kubelet.service"))])

  private let host: Host

  /// Watches a host.
  package init(host: Host) { self.host = host }

  /// Every change in the directory of networks and of their programs.
  package func triggers() -> AsyncStream<Trigger> {
    host.changes(of: [CNINetwork.directory, CNISource.programDirectories[0], "/etc/NetworkManager/conf.d"])
  }

  /// Reads the configuration.
  package func observe(at time: HostTime) async throws -> CNIObservation {
    let kubelet = try await host.kubelet.facts()
    let roles = host.roles
    return try await host.read { CNISource.read($0, kubelet: kubelet, roles: roles, at: time) }
  }

  /// One verdict.
  package func judge(_ observation: CNIObservation) -> [Verdict] { [CNIJudge(observation: observation).verdict] }

  /// Nothing that the check does not say.
  package func metrics(_ observation: CNIObservation) -> [MetricFamily] { [] }
}
