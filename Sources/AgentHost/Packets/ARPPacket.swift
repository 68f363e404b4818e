import AgentText

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
