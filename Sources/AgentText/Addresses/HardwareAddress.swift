/// A hardware address of 48 bits, as Ethernet and Wi-Fi use them.
package struct HardwareAddress: Sendable, Hashable {
  /// The address as a number of 48 bits.
  package let number: UInt64

  /// An address from its six bytes; nil for another count: other kinds of links have longer or shorter ones.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 6 else { return nil }
    number = bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The six bytes, first on the wire first.
  package var bytes: [UInt8] { stride(from: 40, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) } }

  /// Whether it can belong to one station: not all zero, and the group bit is clear (IEEE 802, section 8).
  package var isIndividual: Bool { number != 0 && (number >> 40) & 1 == 0 }

  /// Whether it is VRRP's virtual router address, which several hosts use in turn: `00:00:5e:00:01:xx` for IPv4 and
  /// `00:00:5e:00:02:xx` for IPv6 (RFC 9568 section 7.3).
  package var isVirtualRouter: Bool { [0x0000_5E00_01, 0x0000_5E00_02].contains(number >> 8) }
}

extension HardwareAddress: Comparable {
  /// By number.
  package static func < (left: HardwareAddress, right: HardwareAddress) -> Bool { left.number < right.number }
}

extension HardwareAddress: CustomStringConvertible {
  /// Six pairs of hexadecimal digits, in lower case and with colons.
  package var description: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
  }
}

extension HardwareAddress: SettingsScalar {
  /// Six pairs of hexadecimal digits with colons.
  package init(settingsScalar text: String) throws(SettingsScalarError) {
    let pairs = text.split(separator: ":", omittingEmptySubsequences: false)
    let bytes = pairs.compactMap { pair in
      pair.utf8.count == 2 && pair.utf8.allSatisfy { $0.isHexDigit } ? UInt8(pair, radix: 16) : nil
    }
    guard bytes.count == pairs.count, let address = HardwareAddress(bytes: bytes) else {
      throw SettingsScalarError(
        "'\(PlainText.short(text))' is not a hardware address", allowed: "six bytes, as in 52:54:00:12:34:56")
    }
    self = address
  }
}
