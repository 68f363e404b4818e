import AgentHost
import AgentKnowledge
import AgentText

/// The network that other nodes reach this one by: the interface that carries the node's address, and what is on it.
struct NodeNetwork: Sendable, Equatable {
  /// How much of what must reach the node an address in a rule covers.
  enum Reach: Equatable {
    /// All of it.
    case everyone
    /// Some of it, or it cannot be told; in words.
    case some(String)
    /// Nothing of it.
    case nobody
  }

  /// Where Keepalived's advertisements go (RFC 5798, section 5.1.1.2).
  private static let vrrpGroups = ["224.0.0.18", "ff02::12"]
  /// Interfaces that no other node is behind.
  private static let inner = ["lo", "cali", "cni", "docker", "flannel", "lxc", "tunl", "veth", "virbr", "vxlan"]

  /// The interface; nil where it cannot be told.
  var interface: String?
  /// The version of IP by which nodes reach each other.
  var family: IPAddress.Family
  /// The networks on the interface.
  var networks: [IPNetwork]
  /// The host's own addresses.
  var own: [IPAddress]
  /// Addresses of other nodes, as far as they are known.
  var peers: [IPAddress]

  /// Looks for `--node-ip`, else for the interface of the default route.
  static func read(_ files: HostFiles, kubelet: KubeletFacts, peers: [IPAddress]) -> NodeNetwork {
    let local = try? LocalAddresses(reading: files)
    let nodeIP = kubelet.configuration.text(["nodeIP"], flag: "node-ip").value ?? nil
    let address = nodeIP.flatMap { $0.split(separator: ",").first }
      .flatMap { try? IPAddress(settingsScalar: String($0)) }
    let links = local?.links ?? []
    let link = address.flatMap { address in links.first { $0.network.contains(address) } }
    let interface = link?.interface ?? local?.gateways.first?.interface
    let own = local?.addresses ?? []
    let family = address?.family ?? (own.allSatisfy { $0.family == .v6 } && !own.isEmpty ? .v6 : .v4)
    let networks = links.filter { $0.interface == interface && $0.network.address.family == family }.map(\.network)
    return NodeNetwork(interface: interface, family: family, networks: networks, own: own, peers: peers)
  }

  /// How much a source covers: an address, a network, or what else a firewall knows, such as a set.
  func reach(ofSource text: String) -> Reach {
    guard let network = Self.network(text) else { return .some(text) }
    guard network.address.family == family else { return .nobody }
    if network.prefixLength == 0 { return .everyone }
    let covers = { (other: IPNetwork) in other.prefixLength >= network.prefixLength && network.contains(other.address) }
    if !networks.isEmpty, networks.allSatisfy(covers) { return .everyone }
    let isNear =
      networks.isEmpty || networks.contains(where: network.overlaps) || peers.contains(where: network.contains)
    return isNear ? .some(text) : .nobody
  }

  /// How much a rule for packets that come in by an interface covers.
  func reach(ofInterface name: String) -> Reach {
    if name == interface { return .everyone }
    return Self.inner.contains(where: name.hasPrefix) ? .nobody : .some("on \(name)")
  }

  /// What remains of a rule that is for one destination: nil where nothing does.
  func rule(_ rule: FirewallRule, toDestination text: String) -> FirewallRule? {
    guard let network = Self.network(text) else { return rule.narrowed(to: "to \(text)") }
    guard network.address.family == family else { return nil }
    if network.prefixLength == 0 || own.contains(where: network.contains) { return rule }
    if network.address.isUnicast { return rule.narrowed(to: "to \(text)") }
    guard Self.vrrpGroups.contains(network.address.description), rule.matches(.vrrp) else { return nil }
    return FirewallRule(
      accepts: rule.accepts, protocolNumber: FirewallTraffic.vrrp.protocolNumber, scope: rule.scope)
  }

  /// What remains of a rule that is for one source: nil where nothing does.
  func rule(_ rule: FirewallRule, fromSource text: String) -> FirewallRule? { self.rule(rule, reach(ofSource: text)) }

  /// What remains of a rule that is for one interface: nil where nothing does.
  func rule(_ rule: FirewallRule, onInterface name: String) -> FirewallRule? {
    self.rule(rule, reach(ofInterface: name))
  }

  private func rule(_ rule: FirewallRule, _ reach: Reach) -> FirewallRule? {
    switch reach {
    case .everyone: rule
    case .some(let place): rule.narrowed(to: place)
    case .nobody: nil
    }
  }

  /// `192.0.2.0/24`, `192.0.2.0/255.255.255.0` or one address; host bits are passed over, as firewalls do.
  private static func network(_ text: String) -> IPNetwork? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 2, let address = try? IPAddress(settingsScalar: parts[0]) else { return nil }
    guard parts.count == 2 else { return IPNetwork(containing: address, prefixLength: address.family.bits) }
    if let mask = try? IPAddress(settingsScalar: parts[1]) {
      return IPNetwork(containing: address, prefixLength: mask.number.nonzeroBitCount)
    }
    return Int(parts[1]).flatMap { IPNetwork(containing: address, prefixLength: $0) }
  }
}
