package import AgentText

/// The interfaces, addresses and neighbours of the agent's network namespace at one moment.
package struct NetworkTable: Sendable, Equatable {
  /// The interfaces, by number.
  package var links: [NetworkLink]
  /// The addresses, IPv4 before IPv6; those of one interface in the kernel's order, so that its first one is the first.
  package var addresses: [InterfaceAddress]
  /// The neighbours; multicast and other fixed mappings are left out.
  package var neighbours: [NetworkNeighbour]

  /// Makes a table.
  package init(
    links: [NetworkLink] = [], addresses: [InterfaceAddress] = [], neighbours: [NetworkNeighbour] = []
  ) {
    self.links = links
    self.addresses = addresses
    self.neighbours = neighbours
  }

  /// The interface of a name.
  package func link(_ name: String) -> NetworkLink? { links.first { $0.name == name } }

  /// The addresses on an interface, in the kernel's order.
  package func addresses(on interface: String) -> [InterfaceAddress] { addresses.filter { $0.interface == interface } }

  /// Where this host holds an address: on none, one or several interfaces.
  package func holdings(of address: IPAddress) -> [InterfaceAddress] { addresses.filter { $0.address == address } }

  /// Where this host holds an address so that other hosts are answered: not on loopback or a dummy such as kube-ipvs0.
  package func answeringHoldings(of address: IPAddress) -> [InterfaceAddress] {
    holdings(of: address).filter { holding in
      guard holding.isUsable, let link = link(holding.interface) else { return false }
      return !link.flags.contains(.loopback) && !link.flags.contains(.noARP)
    }
  }

  /// Whether this host itself answers other hosts for an address.
  func answers(for address: IPAddress) -> Bool { !answeringHoldings(of: address).isEmpty }

  /// Whether an address is the first of its family on an interface: the one that the kernel and many programs take.
  package func isFirst(_ address: InterfaceAddress) -> Bool {
    addresses(on: address.interface).first { $0.address.family == address.address.family } == address
  }

  /// The hardware addresses of this host.
  package var ownHardwareAddresses: Set<HardwareAddress> {
    Set(links.compactMap(\.hardwareAddress).filter(\.isIndividual))
  }
}
