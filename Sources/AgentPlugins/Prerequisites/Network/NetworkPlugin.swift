package import AgentCore
package import AgentKnowledge
import AgentText

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

/// The check of the cluster's networks, with its texts.
enum NetworkChecks {
  static let all = [overlap]

  private static let overlap = CheckDefinition(
    "network.cidr-overlap", title: "The networks of pods and Services keep off the node's networks",
    why: """
      A network that is the cluster's and the LAN's at once works by chance: pods cannot reach the gateway, DNS and NFS \
      servers, and nodes lose them once a pod or a Service gets their address. Calico's default pool, 192.168.0.0/16, \
      covers most small LANs.
      """,
    source: """
      --cluster-cidr and --service-cluster-ip-range of the static pods' manifests, else /run/flannel/subnet.env or the \
      first file in /etc/cni/net.d; /proc/net/route, /proc/net/if_inet6; the endpoint; the cluster's configuration
      """,
    confirm: """
      grep -E 'cluster-cidr|service-cluster-ip-range' /etc/kubernetes/manifests/kube-controller-manager.yaml; ip -brief \
      address; ip route show default
      """,
    remedy: """
      kubeadm init --pod-network-cidr=10.244.0.0/16 --service-cidr=10.96.0.0/12 # builds the cluster anew; before it: \
      kubeadm reset on every node, which loses this one
      """,
    undo: "restore the cluster from a snapshot of etcd: a running one keeps its networks", subject: "network",
    worst: .failing, lost: [.workloads])
}

/// Private networks that a new cluster may take: Flannel's and kubeadm's defaults first, then others.
enum FreeNetworks {
  private static let pods = ["10.244.0.0/16", "172.30.0.0/16", "10.42.0.0/16", "fd00:10:244::/56", "fd00:10:245::/56"]
  private static let services = [
    "10.96.0.0/12", "172.29.0.0/16", "10.43.0.0/16", "fd00:10:96::/112", "fd00:10:97::/112",
  ]

  static func candidates(_ family: IPAddress.Family, isPods: Bool) -> [IPNetwork] {
    (isPods ? pods : services).compactMap { IPNetwork(cidr: $0) }.filter { $0.address.family == family }
  }
}
