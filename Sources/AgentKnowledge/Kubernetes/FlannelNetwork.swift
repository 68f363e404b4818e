package import AgentHost
import AgentText

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
