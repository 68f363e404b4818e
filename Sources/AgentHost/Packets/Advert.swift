import AgentText

/// An advertisement of VRRP: a router says that it is the master of a virtual router, and holds its addresses.
///
/// Version 2 (RFC 3768) and version 3 (RFC 5798, RFC 9568), as version 2 with a password too: the password is skipped,
/// never kept. What IPsec's authentication header (IP protocol 51) wraps is not read.
struct Advert: Equatable {
  /// IANA's number of the protocol.
  static let protocolNumber: UInt8 = 112
  /// What every advertisement leaves with, so that none from beyond a router counts (RFC 5798 section 5.1.1.3).
  static let hopLimit: UInt8 = 255
  /// The hardware addresses of the groups 224.0.0.18 and ff02::12 (RFC 1112 section 6.4, RFC 2464 section 7).
  static let groups: [[UInt8]] = [[0x01, 0, 0x5E, 0, 0, 0x12], [0x33, 0x33, 0, 0, 0, 0x12]]
  private static let headSize = 8
  private static let passwordSize = 8

  /// The address that sent it: the interface's own, never the virtual one.
  var source: IPAddress
  /// The virtual router's number (VRID), 1 to 255.
  var routerID: UInt8
  /// 0 when the sender stops being the master, 255 when the addresses are its own for good.
  var priority: UInt8
  /// The time from one advertisement to the next.
  var interval: Duration
  /// The virtual addresses, sorted.
  var addresses: [IPAddress]

  /// Reads a packet that begins with its IP header; nil for what is no whole and valid advertisement.
  init?(packet bytes: UnsafeRawBufferPointer) {
    guard let first = bytes.first, let envelope = first >> 4 == 4 ? Envelope(v4: bytes) : Envelope(v6: bytes),
      envelope.source.isUnicast
    else { return nil }
    let message = envelope.message
    guard message.count >= Self.headSize, message[0] & 0x0F == 1, message[1] != 0 else { return nil }
    source = envelope.source
    routerID = message[1]
    priority = message[2]
    let version = message[0] >> 4
    switch (version, source.family) {
    case (2, .v4): interval = .seconds(Int(message[5]))
    case (3, _): interval = .milliseconds((Int(message[4] & 0x0F) << 8 | Int(message[5])) * 10)
    default: return nil
    }
    let size = source.family.bits / 8
    let end = Self.headSize + Int(message[3]) * size
    // Without an interval nothing tells a master that fell silent.
    guard interval > .zero, message.count >= end + (version == 2 ? Self.passwordSize : 0) else { return nil }
    addresses = stride(from: Self.headSize, to: end, by: size).compactMap {
      IPAddress(bytes: message[$0..<($0 + size)])
    }.sorted()
    let whole = version == 2 ? end + Self.passwordSize : end
    guard Self.isSound(UnsafeRawBufferPointer(rebasing: message[..<whole]), version, envelope) else { return nil }
  }

  /// Whether the checksum is right. Version 3 over IPv4 is in use with and without the pseudo-header: RFC 5798 was read
  /// both ways until RFC 9568 left it out.
  private static func isSound(_ message: UnsafeRawBufferPointer, _ version: UInt8, _ envelope: Envelope) -> Bool {
    let alone = sum(message)
    let total = alone + sum(envelope.addresses) + UInt32(message.count) + UInt32(protocolNumber)
    switch (version, envelope.source.family) {
    case (2, _): return fold(alone) == 0xFFFF
    case (_, .v4): return fold(alone) == 0xFFFF || fold(total) == 0xFFFF
    case (_, .v6): return fold(total) == 0xFFFF
    }
  }

  /// RFC 1071, before the carries are added. No packet is long enough to overflow it.
  private static func sum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var sum: UInt32 = 0
    for (index, byte) in bytes.enumerated() { sum += UInt32(byte) << (index.isMultiple(of: 2) ? 8 : 0) }
    return sum
  }

  private static func fold(_ sum: UInt32) -> UInt32 {
    var sum = sum
    while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
    return sum
  }
}

/// The IP header around an advertisement.
private struct Envelope {
  var source: IPAddress
  /// Sender and receiver, as the pseudo-header has them.
  var addresses: UnsafeRawBufferPointer
  /// What follows the header, as far as the header says.
  var message: UnsafeRawBufferPointer

  /// RFC 791 section 3.1; fragments are not put together, and no advertisement is long enough to need it.
  init?(v4 bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 20 else { return nil }
    let (head, total) = (Int(bytes[0] & 0x0F) * 4, Int(bytes[2]) << 8 | Int(bytes[3]))
    guard head >= 20, total >= head, total <= bytes.count, bytes[6] & 0x3F == 0, bytes[7] == 0,
      bytes[8] == Advert.hopLimit, bytes[9] == Advert.protocolNumber, let source = IPAddress(bytes: bytes[12..<16])
    else { return nil }
    self.source = source
    addresses = UnsafeRawBufferPointer(rebasing: bytes[12..<20])
    message = UnsafeRawBufferPointer(rebasing: bytes[head..<total])
  }

  /// RFC 8200 section 3; advertisements have no extension headers.
  init?(v6 bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 40, bytes[0] >> 4 == 6, bytes[6] == Advert.protocolNumber, bytes[7] == Advert.hopLimit,
      let source = IPAddress(bytes: bytes[8..<24]), source.family == .v6
    else { return nil }
    let end = 40 + (Int(bytes[4]) << 8 | Int(bytes[5]))
    guard end <= bytes.count else { return nil }
    self.source = source
    addresses = UnsafeRawBufferPointer(rebasing: bytes[8..<40])
    message = UnsafeRawBufferPointer(rebasing: bytes[40..<end])
  }
}

extension PacketFilter {
  private static let otherHost: UInt32 = 3

  /// For advertisements of others and of this host, from the IP header on.
  static var adverts: PacketFilter {
    let (number, hops) = (UInt32(Advert.protocolNumber), UInt32(Advert.hopLimit))
    return PacketFilter([
      .drop([.hasBit(.isTagged, 1)]), .drop([.equal(.packetType, otherHost)]),
      .accept([.equal(.etherType, 0x0800), .equal(.byte(9), number), .equal(.byte(8), hops)]),
      .accept([.equal(.etherType, 0x86DD), .equal(.byte(6), number), .equal(.byte(7), hops)]),
    ])
  }
}
