/// An IPv4 or IPv6 address without a zone.
///
/// An IPv4-mapped IPv6 address (`::ffff:192.0.2.1`, RFC 4291 section 2.5.5.2) never exists as a value of this type:
/// in text it is a mistake, and from the kernel (``init(v6:)``) it becomes the IPv4 address that it stands for.
package struct IPAddress: Sendable, Hashable {
  /// The version of the Internet Protocol.
  package enum Family: Int, Sendable, Hashable {
    /// 32 bits.
    case v4 = 4
    /// 128 bits.
    case v6 = 6

    /// The number of bits of an address.
    package var bits: Int { self == .v4 ? 32 : 128 }
  }

  /// The version of the Internet Protocol.
  package let family: Family
  /// The address as a number, in the low 32 bits for IPv4.
  package let number: UInt128

  /// An IPv4 address from its number: 192.0.2.1 is 0xC0000201.
  package init(v4 number: UInt32) {
    self.init(family: .v4, number: UInt128(number))
  }

  /// An IPv6 address from its number; an IPv4-mapped one becomes the IPv4 address.
  package init(v6 number: UInt128) {
    if number >> 32 == 0xFFFF {
      self.init(v4: UInt32(truncatingIfNeeded: number))
    } else {
      self.init(family: .v6, number: number)
    }
  }

  /// An address from its 4 or 16 bytes in network order, as netlink and sockets hand them out; nil for another count.
  package init?(bytes: some Collection<UInt8>) {
    let number = bytes.reduce(into: UInt128(0)) { $0 = $0 << 8 | UInt128($1) }
    switch bytes.count {
    case 4: self.init(v4: UInt32(truncatingIfNeeded: number))
    case 16: self.init(v6: number)
    default: return nil
    }
  }

  /// 127.0.0.1 or ::1.
  package init(loopback family: Family) {
    self.init(family: family, number: family == .v4 ? 0x7F00_0001 : 1)
  }

  /// Unchecked: the number must fit the family, and an IPv6 one may come out as IPv4-mapped.
  init(family: Family, number: UInt128) {
    self.family = family
    self.number = number
  }

  /// The 4 or 16 bytes in network order.
  package var bytes: [UInt8] {
    stride(from: family.bits - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt128($0)) }
  }

  /// Whether it can belong to one host: not unspecified, not multicast, not IPv4 "this network", reserved or broadcast.
  ///
  /// RFC 6890 and the IANA registries of special-purpose addresses. Loopback and link-local addresses are unicast.
  package var isUnicast: Bool {
    switch family {
    case .v4: (1..<224).contains(number >> 24)
    case .v6: number != 0 && number >> 120 != 0xFF
    }
  }

  /// 127.0.0.0/8 or ::1.
  package var isLoopback: Bool { family == .v4 ? number >> 24 == 127 : number == 1 }

  /// The address `distance` further; nil past the end of the family, and where IPv4-mapped addresses would begin.
  package func advanced(by distance: UInt32) -> IPAddress? {
    let (sum, overflow) = number.addingReportingOverflow(UInt128(distance))
    guard !overflow, family == .v6 ? sum >> 32 != 0xFFFF : sum >> 32 == 0 else { return nil }
    return IPAddress(family: family, number: sum)
  }
}

extension IPAddress: Comparable {
  /// IPv4 before IPv6, then by number.
  package static func < (left: IPAddress, right: IPAddress) -> Bool {
    (left.family.rawValue, left.number) < (right.family.rawValue, right.number)
  }
}

extension IPAddress: CustomStringConvertible {
  /// The canonical text: dotted quad, or RFC 5952 in lower case with the longest run of zeros as `::`.
  package var description: String {
    switch family {
    case .v4: bytes.map { String($0) }.joined(separator: ".")
    case .v6: Self.text(groups: groups)
    }
  }

  /// The eight groups of an IPv6 address.
  private var groups: [UInt16] {
    stride(from: 112, through: 0, by: -16).map { UInt16(truncatingIfNeeded: number >> UInt128($0)) }
  }

  private static func text(groups: [UInt16]) -> String {
    let words = groups.map { String($0, radix: 16) }
    let zeros = longestZeros(in: groups)
    guard zeros.count > 1 else { return words.joined(separator: ":") }
    let (head, tail) = (words[..<zeros.lowerBound], words[zeros.upperBound...])
    return head.joined(separator: ":") + "::" + tail.joined(separator: ":")
  }

  /// The first of the longest runs (RFC 5952 section 4.2.3).
  private static func longestZeros(in groups: [UInt16]) -> Range<Int> {
    var best = 0..<0
    var start = 0
    for index in groups.indices {
      if groups[index] != 0 { start = index + 1 }
      if index + 1 - start > best.count { best = start..<(index + 1) }
    }
    return best
  }
}
