@testable import AgentText
import AgentTesting
import Testing

@testable import AgentHost

@Suite struct ProbeRouteTests {
  private func link(_ index: Int, _ name: String, _ change: (inout NetworkLink) -> Void = { _ in }) throws
    -> NetworkLink
  {
    var link = NetworkLink(index: index, name: name)
    link.hardwareAddress = try mac("52:54:00:00:00:0\(index)")
    change(&link)
    return link
  }

  private func address(
    _ text: String, _ prefix: Int, _ interface: String, scope: InterfaceAddress.Scope = .global,
    flags: InterfaceAddress.Flags = .permanent
  ) throws -> InterfaceAddress {
    InterfaceAddress(
      address: try ip(text), prefixLength: prefix, interface: interface, interfaceIndex: 0, scope: scope, flags: flags)
  }

  private func sender(_ target: String, _ addresses: [InterfaceAddress]) throws -> String? {
    let table = NetworkTable(links: [try link(2, "eth0")], addresses: addresses)
    return try ProbeRoute.find(to: ip(target), on: "eth0", in: table).get().sender?.description
  }

  @Test func theNodesOwnPrimaryAddressAsks() throws {
    #expect(try sender("192.0.2.230", [address("192.0.2.10", 24, "eth0")]) == "192.0.2.10")
    let crowd = [
      try address("192.0.2.230", 24, "eth0"), try address("192.0.2.231", 32, "eth0"),
      try address("198.51.100.1", 24, "eth0"), try address("192.0.2.9", 24, "eth0", flags: .secondary),
      try address("192.0.2.10", 24, "eth0"),
    ]
    #expect(
      try sender("192.0.2.230", crowd) == "192.0.2.10",
      "neither the target, nor a moving address, nor another network's")
    #expect(
      try sender("192.0.2.230", [address("192.0.2.230", 24, "eth0")]) == nil, "its own target says nothing of who asks")
    #expect(try sender("192.0.2.230", [address("fe80::1", 64, "eth0", scope: .link)]) == nil)
  }

  @Test func anIPv6QuestionComesFromTheLinkLocalAddress() throws {
    let own = [
      try address("2001:db8::230", 64, "eth0"), try address("2001:db8::10", 64, "eth0"),
      try address("fe80::9", 64, "eth0", scope: .link, flags: .tentative),
      try address("fe80::10", 64, "eth0", scope: .link),
    ]
    #expect(try sender("2001:db8::230", own) == "fe80::10")
    #expect(try sender("2001:db8::230", Array(own.prefix(3))) == "2001:db8::10")
    let none = NetworkTable(links: [try link(2, "eth0")], addresses: [own[0], own[2]])
    #expect(
      ProbeRoute.find(to: try ip("2001:db8::230"), in: none)
        == .failure(.notApplicable("eth0 has no IPv6 address to ask from")))
  }

  @Test func whereNobodyCanBeAskedTheReasonIsSaid() throws {
    let cases: [((inout NetworkLink) -> Void, String)] = [
      ({ $0.flags.insert(.loopback) }, "eth0 is the loopback interface"),
      ({ $0.flags.insert(.pointToPoint) }, "eth0 is a point-to-point link"),
      ({ $0.flags.insert(.noARP) }, "eth0 resolves no addresses (NOARP)"),
      ({ $0.hardwareType = 32 }, "eth0 is not Ethernet"), ({ $0.hardwareAddress = nil }, "eth0 is not Ethernet"),
      ({ $0.flags.remove(.up) }, "eth0 is down"), ({ $0.flags.remove(.lowerUp) }, "eth0 has no carrier"),
    ]
    for (change, reason) in cases {
      let table = NetworkTable(links: [try link(2, "eth0", change)], addresses: [try address("192.0.2.10", 24, "eth0")])
      #expect(ProbeRoute.find(to: try ip("192.0.2.230"), in: table) == .failure(.notApplicable(reason)))
    }
  }

  @Test func theFirstWorkingInterfaceOnTheNetworkIsTaken() throws {
    let table = NetworkTable(
      links: [
        try link(1, "lo") { $0.flags.insert(.loopback) }, try link(2, "eth0") { $0.flags.remove(.lowerUp) },
        try link(3, "br0"), try link(4, "eth1"),
      ],
      addresses: [
        try address("127.0.0.1", 8, "lo"), try address("192.0.2.10", 24, "eth0"), try address("192.0.2.11", 24, "br0"),
        try address("198.51.100.1", 24, "eth1"), try address("203.0.113.1", 32, "eth1"),
      ])
    #expect(try ProbeRoute.find(to: ip("192.0.2.230"), in: table).get().interface == "br0")
    #expect(try ProbeRoute.find(to: ip("192.0.2.230"), in: table).get().interfaceIndex == 3)
    #expect(try ProbeRoute.find(to: ip("198.51.100.230"), in: table).get().hardwareAddress == mac("52:54:00:00:00:04"))
    #expect(ProbeRoute.find(to: try ip("10.0.0.1"), in: table) == .failure(.behindGateway))
    #expect(
      ProbeRoute.find(to: try ip("203.0.113.1"), in: table) == .failure(.behindGateway),
      "a prefix of 32 bits is no network")
    #expect(ProbeRoute.find(to: try ip("192.0.2.230"), on: "eth1", in: table) == .failure(.behindGateway))
    #expect(
      ProbeRoute.find(to: try ip("192.0.2.230"), on: "eth9", in: table)
        == .failure(.notApplicable("there is no interface eth9")))
    #expect(
      ProbeRoute.find(to: try ip("192.0.2.230"), on: "eth0", in: table)
        == .failure(.notApplicable("eth0 has no carrier")))
  }

  @Test func anInterfaceWithoutAddressAsksOnlyWhenItIsNamed() throws {
    let table = NetworkTable(links: [try link(2, "eth0")])
    #expect(ProbeRoute.find(to: try ip("192.0.2.230"), in: table) == .failure(.behindGateway))
    #expect(try ProbeRoute.find(to: ip("192.0.2.230"), on: "eth0", in: table).get().sender == nil)
  }
}
