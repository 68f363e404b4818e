@testable import AgentText
import AgentTesting
import Testing

@testable import AgentHost

/// Types as linux/rtnetlink.h numbers them.
enum MessageType {
  static let newLink: UInt16 = 16, deleteLink: UInt16 = 17, newAddress: UInt16 = 20, deleteAddress: UInt16 = 21
  static let newNeighbour: UInt16 = 28, deleteNeighbour: UInt16 = 29, newRoute: UInt16 = 24
}

@Suite struct RouteMessageTests {
  @Test func theLocalAddressOfAPairIsTheHostsOwn() throws {
    let bytes = payload(
      addressHeader(family: 2, prefix: 32), (1, [10, 0, 0, 2]), (2, [10, 0, 0, 1]), (3, Array("tun0\0".utf8)))
    guard case .address(let found, isRemoved: false)? = message(MessageType.newAddress, bytes) else {
      Issue.record("no address")
      return
    }
    #expect(found.address == (try ip("10.0.0.1")))
    #expect(found.prefixLength == 32)
    #expect(found.interfaceIndex == 2)
    #expect(found.flags == 0x80)
  }

  @Test func wideFlagsReplaceTheNarrowOnes() throws {
    let bytes = payload(
      addressHeader(family: 10, prefix: 64, flags: 0x40, scope: 253),
      (1, [0xFE, 0x80] + [UInt8](repeating: 0, count: 13) + [1]),
      (6, [UInt32](arrayLiteral: .max, .max, 6_200, 7_000).flatMap { AgentTesting.bytes($0) }),
      (8, AgentTesting.bytes(UInt32(0x2C8))))
    guard case .address(let found, isRemoved: true)? = message(MessageType.deleteAddress, bytes) else {
      Issue.record("no address")
      return
    }
    #expect(found.address == (try ip("fe80::1")))
    #expect(found.flags == 0x2C8)
    #expect(found.scope == 253)
    #expect(found.created == 6_200)
  }

  @Test func aLinkIsReadWithItsKindMasterAndErrors() throws {
    let statistics = (UInt64(0)..<24).flatMap { bytes(1000 + $0) }
    let found = message(
      MessageType.newLink,
      payload(
        linkHeader(), (3, Array("veth7\0".utf8)), (1, [0x52, 0x54, 0, 1, 2, 3]), (4, bytes(UInt32(1450))),
        (10, bytes(UInt32(9))), (30, bytes(UInt32(2))), (35, bytes(UInt32(5))), (23, statistics),
        // Nested, with the bit that says so.
        (18 | 0x8000, attribute(1, Array("veth\0".utf8)))))
    guard case .link(let link, isRemoved: false)? = found else {
      Issue.record("no link")
      return
    }
    #expect(link.masterIndex == 9)
    #expect(link.link.name == "veth7")
    #expect(link.link.kind == "veth")
    #expect(link.link.hardwareAddress == (try mac("52:54:00:01:02:03")))
    #expect(link.link.mtu == 1450)
    #expect(link.link.isPromiscuous)
    #expect(!link.link.flags.contains(.promiscuous))
    #expect(link.link.isWorking)
    #expect(link.link.counters.receiveErrors == 1004)
    #expect(link.link.counters.transmitErrors == 1005)
    #expect(link.link.counters.receiveDropped == 1006)
    #expect(link.link.counters.transmitDropped == 1007)
    #expect(link.link.counters.receiveCRCErrors == 1012)
    #expect(link.link.counters.carrierChanges == 5)
  }

  private func tunnel(_ kind: String, _ data: [UInt8], more: (UInt16, [UInt8])...) -> LinkMessage? {
    let info = attribute(1, Array("\(kind)\0".utf8)) + attribute(2 | 0x8000, data)
    let bytes = payload(
      linkHeader(), (3, Array("t0\0".utf8)), (5, AgentTesting.bytes(UInt32(2))), (18 | 0x8000, info))
    let whole = more.reduce(bytes) { $0 + attribute($1.0, $1.1) }
    guard case .link(let link, _)? = message(MessageType.newLink, whole) else { return nil }
    return link
  }

  @Test func aTunnelTellsTheAddressThatItSendsFrom() throws {
    let (four, six) = (try ip("192.0.2.230"), try ip("2001:db8::230"))
    // What a VXLAN of Calico's shows: its number, the address, the port.
    let vxlan = attribute(1, bytes(UInt32(4096))) + attribute(4, four.bytes) + attribute(15, [0x12, 0xB5])
    #expect(tunnel("vxlan", vxlan)?.link.tunnelSource == four)
    #expect(tunnel("vxlan", attribute(17, six.bytes))?.link.tunnelSource == six)
    for kind in ["ipip", "sit"] { #expect(tunnel(kind, attribute(2, four.bytes))?.link.tunnelSource == four) }
    #expect(tunnel("ip6tnl", attribute(2, six.bytes))?.link.tunnelSource == six)
    // Numbers mean other things elsewhere, and zeros that routing decides.
    #expect(tunnel("ipip", attribute(4, four.bytes))?.link.tunnelSource == nil)
    #expect(tunnel("geneve", attribute(4, four.bytes))?.link.tunnelSource == nil)
    #expect(tunnel("ipip", attribute(2, [0, 0, 0, 0]))?.link.tunnelSource == nil)
    #expect(tunnel("vxlan", attribute(4, [192, 0, 2]))?.link.tunnelSource == nil)
    #expect(tunnel("vxlan", [])?.link.kind == "vxlan")
  }

  @Test func whatAnInterfaceLiesOnIsToldOfThoseThatLieOnOne() {
    #expect(tunnel("vlan", [])?.lowerIndex == 2)
    #expect(tunnel("macvlan", [])?.lowerIndex == 2)
    #expect(tunnel("veth", [])?.lowerIndex == nil)
    #expect(tunnel("macvlan", [], more: (37, bytes(UInt32(0))))?.lowerIndex == nil, "it is in another namespace")
  }

  @Test func aLongHardwareAddressIsNone() {
    let found = message(
      MessageType.newLink,
      payload(linkHeader(type: 32), (3, Array("ib0\0".utf8)), (1, [UInt8](repeating: 7, count: 20))))
    guard case .link(let link, _)? = found else {
      Issue.record("no link")
      return
    }
    #expect(link.link.hardwareAddress == nil)
    #expect(link.link.hardwareType == 32)
  }

  @Test func aNeighbourIsReadAndAForwardingEntryIsNot() throws {
    let found = message(
      MessageType.newNeighbour, payload(neighbourHeader(), (1, [192, 0, 2, 1]), (2, [0x52, 0x54, 0, 1, 2, 3])))
    guard case .neighbour(let neighbour, isRemoved: false)? = found else {
      Issue.record("no neighbour")
      return
    }
    #expect(neighbour.address == (try ip("192.0.2.1")))
    #expect(neighbour.hardwareAddress == (try mac("52:54:00:01:02:03")))
    #expect(neighbour.state == 2)
    let forwarding = payload(neighbourHeader(family: 7), (2, [0x52, 0x54, 0, 1, 2, 3]))
    #expect(message(MessageType.newNeighbour, forwarding) == nil)
  }

  @Test func aBridgePortAndOtherMessagesAreNotRead() {
    let port = payload(linkHeader(family: 7), (3, Array("eth0\0".utf8)))
    #expect(message(MessageType.newLink, port) == nil)
    #expect(message(MessageType.newRoute, port) == nil)
    #expect(message(MessageType.newLink, payload(linkHeader())) == nil)
    #expect(message(MessageType.newAddress, payload(addressHeader(family: 2, prefix: 24))) == nil)
  }

  @Test func whatIsCutShortAnywhereIsNeverReadBeyondItsEnd() {
    let whole: [(UInt16, [UInt8])] = [
      (
        MessageType.newLink,
        payload(
          linkHeader(), (3, Array("eth0\0".utf8)),
          (18, attribute(1, Array("vxlan\0".utf8)) + attribute(2, attribute(4, [192, 0, 2, 1]))))
      ),
      (MessageType.newAddress, payload(addressHeader(family: 2, prefix: 24), (2, [192, 0, 2, 1]))),
      (MessageType.newNeighbour, payload(neighbourHeader(), (1, [192, 0, 2, 1]), (2, [2, 0, 0, 0, 0, 1]))),
    ]
    for (type, bytes) in whole {
      #expect(message(type, bytes) != nil)
      // A copy of exactly the length, so that the sanitizer sees every byte too many.
      for count in 0..<bytes.count { _ = message(type, Array(bytes[..<count])) }
      for count in 0..<12 { #expect(message(type, Array(bytes[..<min(count, 7)])) == nil) }
    }
  }

  @Test(arguments: [0, 1, 3, 0xFFFF] as [UInt16])
  func anAttributeOfAnImpossibleLengthEndsTheReading(_ length: UInt16) {
    let good = attribute(2, [192, 0, 2, 1])
    let bad = bytes(length) + bytes(UInt16(2)) + [9, 9, 9, 9]
    let header = addressHeader(family: 2, prefix: 24)
    guard case .address(let found, _)? = message(MessageType.newAddress, header + good + bad) else {
      Issue.record("no address")
      return
    }
    #expect(found.address.description == "192.0.2.1")
  }

  @Test func anAddressOfAWrongLengthIsNone() {
    #expect(message(MessageType.newAddress, payload(addressHeader(family: 2, prefix: 24), (2, [1, 2, 3]))) == nil)
  }
}
