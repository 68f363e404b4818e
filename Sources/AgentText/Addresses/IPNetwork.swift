/// An IP network in CIDR notation (RFC 4632, RFC 4291 section 2.3): an address whose host bits are zero, and a length.
package struct IPNetwork: Sendable, Hashable, CustomStringConvertible {
  /// The first address of the network.
  package let address: IPAddress
  /// The number of network bits: 0 to 32 for IPv4, 0 to 128 for IPv6.
  package let prefixLength: Int

  /// The network of this length that an address lies in; nil for a length that the family does not have.
  package init?(containing address: IPAddress, prefixLength: Int) {
    guard (0...address.family.bits).contains(prefixLength) else { return nil }
    let number = address.number & ~Self.hostMask(address.family, prefixLength)
    // Never IPv4-mapped: clearing host bits does not set the 0xFFFF that marks those.
    self.address = IPAddress(family: address.family, number: number)
    self.prefixLength = prefixLength
  }

  /// A network as programs write it, its host bits cleared where they are set (Go's net.ParseCIDR); nil for other texts.
  package init?(cidr text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let length = Self.length(Substring(parts[1])),
      let address = try? IPAddress(settingsScalar: String(parts[0]))
    else { return nil }
    self.init(containing: address, prefixLength: length)
  }

  /// The last address of the network, for limits only: that of ::/80 is IPv4-mapped.
  var last: IPAddress {
    IPAddress(family: address.family, number: address.number | Self.hostMask(address.family, prefixLength))
  }

  /// Whether an address lies in the network; never for another family.
  package func contains(_ other: IPAddress) -> Bool {
    IPNetwork(containing: other, prefixLength: prefixLength)?.address == address
  }

  /// Whether two networks share an address: one of them then holds the other.
  package func overlaps(_ other: IPNetwork) -> Bool {
    contains(other.address) || other.contains(address)
  }

  /// `ADDRESS/LENGTH`, canonical.
  package var description: String { "\(address)/\(prefixLength)" }

  private static func hostMask(_ family: IPAddress.Family, _ prefixLength: Int) -> UInt128 {
    // A shift by the full width gives zero in Swift.
    (UInt128(1) << UInt128(family.bits - prefixLength)) &- 1
  }
}

extension IPNetwork: SettingsScalar {
  /// `ADDRESS/LENGTH`; an address with host bits is a mistake.
  package init(settingsScalar text: String) throws(SettingsScalarError) {
    let allowed = "a network, as in 192.0.2.0/24 or 2001:db8::/64"
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw SettingsScalarError("'\(PlainText.short(text))' is not a network", allowed: allowed)
    }
    let address = try IPAddress(settingsScalar: String(parts[0]))
    guard let length = Self.length(parts[1]), let network = IPNetwork(containing: address, prefixLength: length) else {
      let family = address.family
      throw SettingsScalarError(
        "'/\(PlainText.short(String(parts[1])))' is not a prefix length of IPv\(family.rawValue)",
        allowed: "/0 to /\(family.bits)")
    }
    guard network.address == address else {
      throw SettingsScalarError("'\(PlainText.short(text))' has host bits set", allowed: "\(network)")
    }
    self = network
  }

  /// Decimal without sign and without leading zeros.
  private static func length(_ text: Substring) -> Int? {
    guard text.utf8.allSatisfy({ $0.isDecimalDigit }), text == "0" || text.utf8.first != UInt8(ascii: "0") else {
      return nil
    }
    return Int(text)
  }
}
