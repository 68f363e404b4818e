import AgentCore
import AgentHost
import AgentKnowledge
import AgentText

/// The networks that Services get their addresses from, to tell an NFS server behind a Service from a host.
///
/// A control-plane node's manifests state them. Elsewhere the address of the cluster's DNS tells where they begin: kubeadm
/// gives it the tenth one (cmd/kubeadm/app/constants, GetDNSIP), and its own network is 10.96.0.0/12. Of another one no
/// more than 65536 addresses are taken for Services'.
struct NFSServiceNetworks {
  private var stated: [ClusterNetworks.Entry]
  private var dns: (address: IPAddress, source: String)?

  init(reading files: HostFiles, facts: KubeletFacts) {
    stated = ClusterNetworks(reading: files).services
    guard stated.isEmpty, case .known(let node, let source) = facts.configuration.node(["clusterDNS"]) else { return }
    let addresses = (node?.sequence ?? []).compactMap { $0.text.flatMap { try? IPAddress(settingsScalar: $0) } }
    // A node-local cache (169.254.20.10) is no Service.
    dns = addresses.first { $0.family == .v4 && $0.number >> 16 != 0xA9FE }.map { ($0, source) }
  }

  /// What says that an address is a Service's; nil where nothing does. An address of a link of this host is none.
  func sign(of address: IPAddress, in table: NetworkTable?) -> Evidence? {
    // kube-proxy's IPVS mode and kube-router put every Service's address on an interface of their own.
    let own: Set<String> = ["kube-ipvs0", "kube-dummy-if"]
    if let held = table?.holdings(of: address).first(where: { own.contains($0.interface) }) {
      return Evidence("rtnetlink \(held.interface)", "\(address)")
    }
    if let entry = stated.first(where: { $0.network.contains(address) }) {
      return Evidence(entry.source, "Services: \(entry.network)")
    }
    guard let dns, address.family == .v4, table?.directLinks(to: address).isEmpty != false,
      table?.neighbours.contains(where: { $0.address == address }) != true
    else { return nil }
    let begin = dns.address.number &- 10
    let usual: UInt128 = 0x0A60_0000
    let size = begin == usual ? 1 << 20 : min(1 << 16, 1 << begin.trailingZeroBitCount)
    guard begin & 0xFF == 0, address.number >= begin, address.number - begin < UInt128(size) else { return nil }
    return Evidence(dns.source, "clusterDNS \(dns.address)")
  }
}
