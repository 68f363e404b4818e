import AgentText

/// Which claims somebody waits for on one socket.
struct ClaimInterest: Equatable {
  /// The addresses that are asked for now, each with the address that asks; nil for 0.0.0.0.
  var asked: [IPAddress: IPAddress?] = [:]
  /// The addresses whose announcements are waited for, each with the hardware addresses that are known to claim it.
  var announced: [IPAddress: Set<HardwareAddress>] = [:]
}

/// The filters for claims. What they let pass is read and judged once more: they save wake-ups, not checks.
extension PacketFilter {
  private static let otherHost: UInt32 = 3
  private static let outgoing: UInt32 = 4

  /// For ARP, from the ARP header on.
  static func arp(_ interest: ClaimInterest) -> PacketFilter {
    let head: [Rule] = [
      .drop([.hasBit(.isTagged, 1)]), .drop([!.atMost(.packetType, otherHost - 1)]),
      .drop([!.equal(.word(0), 0x0001_0800)]), .drop([!.equal(.half(4), 0x0604)]),
    ]
    let asked = interest.asked.sorted { $0.key < $1.key }.map { address, sender in
      Rule.accept([.equal(.word(14), address.word), .equal(.half(6), 2), .equal(.word(24), sender?.word ?? 0)])
    }
    let announced = interest.announced.sorted { $0.key < $1.key }.flatMap { address, known in
      let tests: [Test] = [.equal(.word(14), address.word), .equal(.word(24), address.word)]
      return known.sorted().map { .drop(tests + hardware($0, at: 8)) } + [Rule.accept(tests)]
    }
    return fitting(head, asked + announced)
  }

  /// For neighbour advertisements, from the ICMPv6 header on. A hop limit of 255 proves that no router passed it on.
  static func discovery(_ interest: ClaimInterest) -> PacketFilter {
    let head: [Rule] = [
      .drop([!.equal(.half(0), UInt32(NeighbourDiscovery.advertisement) << 8)]), .drop([!.equal(.networkByte(7), 255)]),
    ]
    let solicited = Test.hasBit(.byte(4), UInt32(NeighbourDiscovery.solicitedFlag))
    let asked = interest.asked.keys.sorted().map { Rule.accept(target($0, at: 8) + [solicited]) }
    let announced = interest.announced.sorted { $0.key < $1.key }.flatMap { address, known in
      let tests = target(address, at: 8) + [!solicited]
      // The target link-layer address option, where it is the first one.
      return known.sorted().map { .drop(tests + [.equal(.half(24), 0x0201)] + hardware($0, at: 26)) }
        + [Rule.accept(tests)]
    }
    return fitting(head, asked + announced)
  }

  /// For what this host itself says of addresses, from the network header on.
  static func own(_ addresses: Set<IPAddress>) -> PacketFilter {
    let isARP: [Test] = [.equal(.etherType, UInt32(ARPPacket.etherType)), .equal(.word(0), 0x0001_0800)]
    let isAdvertisement: [Test] = [
      .equal(.etherType, UInt32(NeighbourDiscovery.etherType)),
      .equal(.byte(6), UInt32(NeighbourDiscovery.protocolNumber)),
      .equal(.byte(40), UInt32(NeighbourDiscovery.advertisement)),
    ]
    let rules = addresses.sorted().map { address in
      Rule.accept(
        address.family == .v4
          ? isARP + [.equal(.word(14), address.word)] : isAdvertisement + target(address, at: 48))
    }
    return fitting([.drop([!.equal(.packetType, outgoing)])], rules)
  }

  /// All rules, or, for more addresses than a program may hold, all packets of the kind.
  private static func fitting(_ head: [Rule], _ rules: [Rule]) -> PacketFilter {
    let filter = PacketFilter(head + rules)
    return filter.program.count <= maximum ? filter : PacketFilter(head + [.accept([])])
  }

  /// The last word first, in which addresses differ most.
  private static func target(_ address: IPAddress, at offset: UInt32) -> [Test] {
    [3, 2, 1, 0].map { place in
      .equal(.word(offset + 4 * place), UInt32(truncatingIfNeeded: address.number >> UInt128(96 - 32 * place)))
    }
  }

  private static func hardware(_ address: HardwareAddress, at offset: UInt32) -> [Test] {
    [
      .equal(.word(offset), UInt32(truncatingIfNeeded: address.number >> 16)),
      .equal(.half(offset + 4), UInt32(truncatingIfNeeded: address.number & 0xFFFF)),
    ]
  }
}

extension IPAddress {
  /// An IPv4 address as one word.
  fileprivate var word: UInt32 { UInt32(truncatingIfNeeded: number) }
}
