package import AgentHost
package import AgentText

/// A network configuration in /etc/cni/net.d.
package struct CNINetwork: Sendable, Equatable {
  /// Where the runtime looks.
  package static let directory = "/etc/cni/net.d"
  /// The plugins that connect pods by a Linux bridge.
  private static let bridging: Set<String> = ["bridge", "flannel", "weave-net", "canal"]
  /// The plugins that are known to route, or to bring a data path of their own.
  private static let routing: Set<String> = [
    "calico", "cilium-cni", "ptp", "macvlan", "ipvlan", "antrea", "ovn-k8s-cni-overlay", "aws-cni", "host-device",
    "vlan",
  ]

  /// The names of the networks that come with runtimes, and whose they are: CRI-O's 10-crio-bridge.conflist and
  /// 11-crio-ipv4-bridge.conflist, the 10-containerd-net.conflist of containerd's script/setup/install-cni and of
  /// Kubernetes' page on migrating from dockershim, and Podman's
  /// 87-podman.conflist.
  private static let examples = ["crio": "CRI-O", "containerd-net": "containerd", "podman": "Podman"]

  /// What is known of a network's way to hand packets to the host.
  package enum DataPath: Sendable, Equatable {
    /// A bridge, so that br_netfilter must show its packets to iptables.
    case bridge
    /// Routes or a data path of its own.
    case routed
    /// An example that comes with a runtime, and knows nothing of the cluster.
    case placeholder
    /// A plugin that the agent does not know.
    case notKnown
  }

  /// The file.
  package var path: String
  /// The name of the network.
  package var name: String?
  /// The types of its plugins, the main one first.
  package var types: [String]
  /// A value in it that is an IPv6 network, or says that pods get IPv6 addresses.
  package var ipv6: String?
  /// The networks that its host-local address management gives addresses of to this node's pods; other kinds of it do not
  /// say so in the file.
  package var subnets: [IPNetwork] = []

  /// Whose example it is; nil for a network of the cluster.
  package var exampleOf: String? { name.flatMap { Self.examples[$0] } }

  /// How its packets reach the host, told by its plugins.
  package var dataPath: DataPath {
    if exampleOf != nil { return .placeholder }
    if types.contains(where: Self.bridging.contains) { return .bridge }
    return types.contains(where: Self.routing.contains) ? .routed : .notKnown
  }

  /// Whether Calico is its plugin.
  package var isCalico: Bool { types.contains("calico") }

  /// The network of the cluster; nil when there is none.
  ///
  /// CRI-O's `cni_default_network` names it; else it is the first one by the name of the file that has a plugin and is no
  /// example of a runtime, else the first.
  package static func read(_ files: HostFiles) throws(FileError) -> CNINetwork? {
    guard let networks = try all(files), let first = networks.first else { return nil }
    if let name = try CRIOConfiguration.read(files).defaultNetwork,
      let network = networks.first(where: { $0.name == name })
    {
      return network
    }
    let usable = networks.filter { !$0.types.isEmpty }
    return usable.first { $0.exampleOf == nil } ?? usable.first ?? first
  }

  /// The networks of all files, in the order of names (libcni's ConfFiles); nil when there is no such directory.
  ///
  /// A file that is no JSON gives a network without types.
  package static func all(_ files: HostFiles) throws(FileError) -> [CNINetwork]? {
    guard let names = try files.entries(directory) else { return nil }
    var networks: [CNINetwork] = []
    for name in names where [".conf", ".conflist", ".json"].contains(where: name.hasSuffix) {
      let path = "\(directory)/\(name)"
      if let content = try files.bytesIfPresent(path) { networks.append(parse(content, path: path)) }
    }
    return networks
  }

  /// As ``read(_:)``, as a fact.
  package static func find(_ files: HostFiles) -> Fact<CNINetwork> {
    do throws(FileError) {
      return try read(files).map { .known($0, source: $0.path) } ?? .absent
    } catch {
      return .unreadable(error)
    }
  }

  /// Reads a `.conf` or `.conflist` file's JSON.
  package static func parse(_ content: [UInt8], path: String) -> CNINetwork {
    // JSON is YAML in its flow form.
    guard let root = (try? YAMLParser.document(content, allowDuplicateKeys: true)) ?? nil else {
      return CNINetwork(path: path, types: [])
    }
    let plugins = root["plugins"]?.sequence ?? [root]
    return CNINetwork(
      path: path, name: root["name"]?.text, types: plugins.compactMap { $0["type"]?.text }, ipv6: ipv6(in: root),
      subnets: plugins.flatMap(subnets))
  }

  /// `ipam.subnet` and `ipam.ranges[][].subnet` (host-local of containernetworking/plugins).
  private static func subnets(of plugin: YAMLNode) -> [IPNetwork] {
    guard let ipam = plugin["ipam"], ipam["type"]?.text == "host-local" else { return [] }
    let ranges = (ipam["ranges"]?.sequence ?? []).flatMap { $0.sequence ?? [] }
    return ([ipam] + ranges).compactMap { $0["subnet"]?.text.flatMap { IPNetwork(cidr: $0) } }
  }

  private static func ipv6(in node: YAMLNode) -> String? {
    if let text = node.text { return AddressText.isIPv6(text) ? text : nil }
    for entry in node.mapping ?? [] {
      if entry.key == "assign_ipv6", entry.value.text == "true" { return "assign_ipv6 = true" }
      if let found = ipv6(in: entry.value) { return found }
    }
    return (node.sequence ?? []).lazy.compactMap { ipv6(in: $0) }.first
  }
}
