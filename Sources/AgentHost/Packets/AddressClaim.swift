import AgentText

/// What one packet says: this address is at that hardware address.
struct AddressClaim: Equatable {
  /// Why it was said.
  enum Occasion: Equatable {
    /// To answer a question of this address; nil when the packet does not repeat who asked.
    case reply(to: IPAddress?)
    /// Unasked, to all.
    case announcement
  }

  var address: IPAddress
  var hardwareAddress: HardwareAddress
  var occasion: Occasion
}

/// The Address Resolution Protocol for IPv4 over Ethernet (RFC 826): 28 bytes.
enum ARPPacket {
  static let etherType: UInt16 = 0x0806
  static let request: UInt8 = 1
  static let reply: UInt8 = 2
  /// Ethernet, IPv4, and the lengths of their addresses.
  static let head: [UInt8] = [0, 1, 8, 0, 6, 4]
  private static let size = 28

  /// A question to all for the hardware address of `target`.
  ///
  /// - Parameter sender: nil for 0.0.0.0, which a host without an address uses (RFC 5227 section 1.1).
  static func question(
    for target: IPAddress, from hardwareAddress: HardwareAddress, sender: IPAddress?
  ) -> [UInt8] {
    head + [0, request] + hardwareAddress.bytes + (sender ?? IPAddress(v4: 0)).bytes
      + [UInt8](repeating: 0, count: 6) + target.bytes
  }

  /// What a packet claims; nil for what is malformed, no claim, or of a hardware address that no station can have.
  static func claim(in bytes: UnsafeRawBufferPointer) -> AddressClaim? {
    guard bytes.count >= size, bytes.prefix(6).elementsEqual(head), bytes[6] == 0,
      let sender = IPAddress(bytes: bytes[14..<18]), let target = IPAddress(bytes: bytes[24..<28]),
      let hardwareAddress = HardwareAddress(bytes: bytes[8..<14]), hardwareAddress.isIndividual, sender.isUnicast
    else { return nil }
    switch bytes[7] {
    // Both are in use, also by turns (RFC 5227 section 3; kube-vip).
    case request where sender == target, reply where sender == target:
      return AddressClaim(address: sender, hardwareAddress: hardwareAddress, occasion: .announcement)
    case reply: return AddressClaim(address: sender, hardwareAddress: hardwareAddress, occasion: .reply(to: target))
    default: return nil
    }
  }
}

/// Neighbour discovery for IPv6 (RFC 4861 sections 4.3 and 4.4), from the ICMPv6 header on.
enum NeighbourDiscovery {
  static let etherType: UInt16 = 0x86DD
  static let protocolNumber: UInt8 = 58
  static let advertisement: UInt8 = 136
  /// In the byte after the checksum.
  static let solicitedFlag: UInt8 = 0x40
  private static let solicitation: UInt8 = 135
  private static let sourceOption: UInt8 = 1
  private static let targetOption: UInt8 = 2
  private static let headSize = 24

  /// A question for the hardware address of `target`, with its own in the source link-layer address option: MetalLB
  /// answers no other. The kernel fills in the checksum.
  static func question(for target: IPAddress, from hardwareAddress: HardwareAddress) -> [UInt8] {
    [solicitation] + [UInt8](repeating: 0, count: 7) + target.bytes + [sourceOption, 1] + hardwareAddress.bytes
  }

  /// Where a question for an address is sent: its solicited-node multicast address (RFC 4291 section 2.7.1).
  static func group(of target: IPAddress) -> IPAddress {
    IPAddress(v6: 0xFF02_0000_0000_0000_0000_0001_FF00_0000 | target.number & 0xFF_FFFF)
  }

  /// What a message claims; nil for other messages, malformed ones, and those that name no station.
  static func claim(in bytes: UnsafeRawBufferPointer) -> AddressClaim? {
    guard bytes.count >= headSize, bytes[0] == advertisement, bytes[1] == 0,
      let target = IPAddress(bytes: bytes[8..<24]), target.family == .v6, target.isUnicast,
      let hardwareAddress = targetAddress(UnsafeRawBufferPointer(rebasing: bytes[headSize...])),
      hardwareAddress.isIndividual
    else { return nil }
    let isReply = bytes[4] & solicitedFlag != 0
    return AddressClaim(
      address: target, hardwareAddress: hardwareAddress, occasion: isReply ? .reply(to: nil) : .announcement)
  }

  /// The target link-layer address option; every option tells its length in units of eight bytes, and none is zero.
  private static func targetAddress(_ options: UnsafeRawBufferPointer) -> HardwareAddress? {
    var rest = options[...]
    while rest.count >= 8 {
      let start = rest.startIndex
      let length = Int(rest[start + 1]) * 8
      guard length > 0, length <= rest.count else { return nil }
      if rest[start] == targetOption { return HardwareAddress(bytes: rest[(start + 2)..<(start + length)]) }
      rest = rest.dropFirst(length)
    }
    return nil
  }
}
