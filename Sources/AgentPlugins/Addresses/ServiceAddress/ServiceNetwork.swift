import AgentHost
import AgentKnowledge
import AgentText

/// What the host's own tables say of the addresses of Services.
struct ServiceNetwork: Sendable, Equatable {
  /// An address of a pool, or one in use, on an interface of this host.
  struct Holding: Sendable, Equatable {
    var address: IPAddress
    var prefixLength: Int
    var interface: String
    /// Whether it may be sent from: no duplicate, and not still being looked at.
    var isUsable: Bool
    /// Whether it came with a lifetime: by DHCP or by router advertisement.
    var isLeased: Bool
    /// Whether it is what the host itself is reached by: leased, or the interface's first address.
    var isNodes: Bool
  }

  /// The addresses on interfaces other than those of kube-proxy's IPVS mode and of kube-router, where every node has
  /// all of them.
  var holdings: [Holding]
  /// Hosts that have an address of a pool that is not in use, by the neighbour table.
  var neighbours: [NetworkNeighbour]
  /// The hosts behind hardware addresses that matter.
  var neighbourhood: Neighbourhood

  /// - Parameters:
  ///   - moved: addresses in use that Keepalived moves.
  ///   - endpoint: the shared address of the API servers, which tells no host from another.
  ///   - claimants: hardware addresses that matter, besides those of `neighbours`.
  init(
    _ table: NetworkTable, settings: ServiceAddressSettings, moved: [IPAddress] = [], endpoint: IPAddress?,
    claimants: Set<HardwareAddress>
  ) {
    let watched = Set(settings.watched + moved)
    let isService = { (address: IPAddress) in
      watched.contains(address) || settings.pools.contains { $0.contains(address) }
    }
    holdings = table.addresses.filter { isService($0.address) && Holding.counts($0) }.map { Holding($0, in: table) }
    let known = table.neighbours.filter { $0.hardwareAddress?.isIndividual == true && $0.state != .failed }
    neighbours = known.filter { isService($0.address) && !watched.contains($0.address) && $0.address != endpoint }
    let wanted = claimants.union(neighbours.compactMap(\.hardwareAddress))
    neighbourhood = Neighbourhood(table, of: wanted, shared: SharedAddresses(endpoint: endpoint, services: settings))
  }

  /// Where this host holds an address.
  func holding(of address: IPAddress) -> Holding? { holdings.first { $0.address == address && $0.isUsable } }
}

extension ServiceNetwork.Holding {
  private static let everyNodesInterfaces: Set<String> = ["kube-ipvs0", "kube-dummy-if"]

  /// Whether an entry says anything of this host alone.
  static func counts(_ held: InterfaceAddress) -> Bool { !everyNodesInterfaces.contains(held.interface) }

  /// Where this host holds an address; nil where it does not.
  init?(of address: IPAddress, in table: NetworkTable) {
    guard
      let held = table.addresses.first(where: { $0.address == address && $0.isUsable && Self.counts($0) })
    else { return nil }
    self.init(held, in: table)
  }

  init(_ held: InterfaceAddress, in table: NetworkTable) {
    address = held.address
    prefixLength = held.prefixLength
    interface = held.interface
    isUsable = held.isUsable
    isLeased = !held.flags.contains(.permanent)
    // The kernel puts a new IPv6 address before the older ones, so that only a sole one is surely the host's.
    let peers = table.addresses(on: held.interface).filter {
      $0.address.family == held.address.family && $0.scope == .global
    }
    let isMain = held.address.family == .v4 ? table.isFirst(held) : peers.count == 1
    isNodes = isLeased || (isMain && table.link(held.interface)?.flags.contains(.loopback) != true)
  }
}
