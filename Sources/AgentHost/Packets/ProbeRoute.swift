package import AgentText

/// Through which interface, and as whom, this host asks for an address.
package struct ProbeRoute: Equatable {
  /// Why it cannot ask.
  package enum Obstacle: Error, Equatable {
    case behindGateway
    case notApplicable(String)
  }

  package var interfaceIndex: Int
  package var interface: String
  package var hardwareAddress: HardwareAddress
  /// Nil for 0.0.0.0: a host without an address of its own there.
  package var sender: IPAddress?

  /// Finds the link that the address is on.
  ///
  /// - Parameter interface: the only one to consider; nil for all. The first working one counts.
  package static func find(
    to target: IPAddress, on interface: String? = nil, in table: NetworkTable
  ) -> Result<ProbeRoute, Obstacle> {
    if let interface, table.link(interface) == nil {
      return .failure(.notApplicable("there is no interface \(interface)"))
    }
    var obstacle = Obstacle.behindGateway
    for link in table.links where interface == nil || link.name == interface {
      let own = table.addresses(on: link.name)
      guard own.contains(where: { $0.reaches(target) }) || (interface != nil && own.hasNone(of: target.family)) else {
        continue
      }
      switch route(to: target, through: link, own: own) {
      case .success(let route): return .success(route)
      case .failure(let reason): if obstacle == .behindGateway { obstacle = reason }
      }
    }
    return .failure(obstacle)
  }

  private static func route(
    to target: IPAddress, through link: NetworkLink, own: [InterfaceAddress]
  ) -> Result<ProbeRoute, Obstacle> {
    if let reason = link.silence(family: target.family) { return .failure(.notApplicable(reason)) }
    guard let hardwareAddress = link.hardwareAddress else {
      return .failure(.notApplicable("\(link.name) is not Ethernet"))
    }
    let sender = target.family == .v4 ? senderV4(to: target, own) : senderV6(to: target, own)
    if target.family == .v6, sender == nil {
      return .failure(.notApplicable("\(link.name) has no IPv6 address to ask from"))
    }
    return .success(
      ProbeRoute(
        interfaceIndex: link.index, interface: link.name, hardwareAddress: hardwareAddress, sender: sender))
  }

  /// The node's own primary address: the first in the target's network. Addresses that move from host to host are
  /// secondary ones, or have a prefix of 32 bits.
  private static func senderV4(to target: IPAddress, _ own: [InterfaceAddress]) -> IPAddress? {
    let candidates = own.filter { $0.address.family == .v4 && $0.address != target }
    return
      (candidates.first { $0.reaches(target) && !$0.flags.contains(.secondary) }
      ?? candidates.first { $0.prefixLength < 32 } ?? candidates.first)?.address
  }

  /// The link-local address, which no other host takes over; never the unspecified one, which would look like duplicate
  /// address detection and make a new holder give the address up (RFC 4862 section 5.4.3).
  private static func senderV6(to target: IPAddress, _ own: [InterfaceAddress]) -> IPAddress? {
    let candidates = own.filter { $0.address.family == .v6 && $0.address != target && $0.isUsable }
    return (candidates.first { $0.scope == .link } ?? candidates.first)?.address
  }
}

extension NetworkTable {
  /// The interface through which other hosts are asked for an address; nil where none shares a link with it, or works.
  package func linkForAsking(_ address: IPAddress) -> NetworkLink? {
    (try? ProbeRoute.find(to: address, in: self).get()).flatMap { link($0.interface) }
  }
}

extension NetworkLink {
  /// Why nobody can be asked through it; nil when one can.
  fileprivate func silence(family: IPAddress.Family) -> String? {
    if flags.contains(.loopback) { return "\(name) is the loopback interface" }
    if flags.contains(.pointToPoint) { return "\(name) is a point-to-point link" }
    if flags.contains(.noARP) { return "\(name) resolves no addresses (NOARP)" }
    if hardwareType != Self.ethernet { return "\(name) is not Ethernet" }
    if !flags.contains(.up) { return "\(name) is down" }
    if !flags.contains(.lowerUp) { return "\(name) has no carrier" }
    return nil
  }
}

extension InterfaceAddress {
  /// Whether another address lies in its network.
  fileprivate func reaches(_ other: IPAddress) -> Bool {
    prefixLength < address.family.bits && network?.contains(other) == true
  }
}

extension [InterfaceAddress] {
  fileprivate func hasNone(of family: IPAddress.Family) -> Bool { !contains { $0.address.family == family } }
}
