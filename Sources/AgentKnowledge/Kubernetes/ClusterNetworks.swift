package import AgentHost
package import AgentText

/// The networks that pods and Services get their addresses from, as a control-plane node's manifests state them; a
/// worker's files do not tell them.
package struct ClusterNetworks: Sendable, Equatable {
  /// One network and the `FILE:LINE` that states it.
  package struct Entry: Sendable, Equatable {
    /// The network.
    package var network: IPNetwork
    /// `FILE:LINE`.
    package var source: String
  }

  /// `--cluster-cidr` of the controller-manager.
  package var pods: [Entry]
  /// `--service-cluster-ip-range` of the controller-manager or the API server.
  package var services: [Entry]
  /// What the manifests say that is no network, or kept them from being read.
  package var problems: [String]

  /// The manifests that tell them.
  package static let paths = ["kube-controller-manager", "kube-apiserver"].map { "\(StaticPod.directory)/\($0).yaml" }

  /// Reads both manifests; nothing where there are none.
  package init(reading files: HostFiles) {
    pods = []
    services = []
    problems = []
    for path in Self.paths {
      do {
        guard let pod = try StaticPod.read(path, files) else { continue }
        if pods.isEmpty { pods = networks(pod.flag("cluster-cidr")) }
        if services.isEmpty { services = networks(pod.flag("service-cluster-ip-range")) }
      } catch {
        problems.append("\(error)")
      }
    }
  }

  private mutating func networks(_ flag: (value: String, source: String)?) -> [Entry] {
    guard let flag else { return [] }
    return flag.value.split(separator: ",").compactMap { text in
      guard let network = IPNetwork(cidr: text) else {
        problems.append("\(flag.source): '\(PlainText.short(String(text)))' is not a network")
        return nil
      }
      return Entry(network: network, source: flag.source)
    }
  }
}

/// The networks of all pods of the cluster, as Flannel's daemon writes them for its CNI plugin on every node.
package enum FlannelNetwork {
  /// The file (pkg/subnet/subnet.go, WriteSubnetFile): FLANNEL_NETWORK, several with commas, and FLANNEL_IPV6_NETWORK.
  package static let path = "/run/flannel/subnet.env"

  /// The networks; none when there is no such file.
  package static func read(_ files: HostFiles) throws(FileError) -> [ClusterNetworks.Entry] {
    let assignments = EnvironmentFile.parse(try files.textIfPresent(path) ?? "")
    return assignments.filter { ["FLANNEL_NETWORK", "FLANNEL_IPV6_NETWORK"].contains($0.name) }.flatMap { assignment in
      assignment.value.split(separator: ",").compactMap { IPNetwork(cidr: $0) }.map {
        ClusterNetworks.Entry(network: $0, source: "\(path):\(assignment.line)")
      }
    }
  }
}
