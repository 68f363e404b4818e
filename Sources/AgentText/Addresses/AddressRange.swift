/// A range of IP addresses of one family, first and last included, as MetalLB's pools are written.
///
/// At most ``maximumCount`` addresses: a pool is probed address by address, and more is nearly always a slip.
package struct AddressRange: Sendable, Hashable, CustomStringConvertible {
  /// The most addresses that a range may have: an IPv4 /16 or an IPv6 /112.
  package static let maximumCount = 65_536

  /// The lowest address.
  package let first: IPAddress
  /// The highest address.
  package let last: IPAddress

  /// A range; throws when the families differ, when it is reversed, and when it is too large.
  package init(from first: IPAddress, through last: IPAddress) throws(SettingsScalarError) {
    guard first.family == last.family else {
      throw SettingsScalarError("'\(first)-\(last)' mixes IPv4 and IPv6", allowed: "two addresses of one family")
    }
    guard first <= last else {
      throw SettingsScalarError("'\(first)-\(last)' is reversed", allowed: "\(last)-\(first)")
    }
    guard last.number - first.number < UInt128(Self.maximumCount) else {
      throw SettingsScalarError(
        "'\(first)-\(last)' has more than \(Self.maximumCount) addresses",
        allowed: "at most \(Self.maximumCount) addresses in a range")
    }
    (self.first, self.last) = (first, last)
  }

  /// The number of addresses, 1 to ``maximumCount``.
  package var count: Int { Int(last.number - first.number) + 1 }

  /// Whether an address lies in the range; never for another family.
  package func contains(_ address: IPAddress) -> Bool {
    address.family == first.family && (first...last).contains(address)
  }

  /// Whether two ranges share an address.
  package func overlaps(_ other: AddressRange) -> Bool {
    contains(other.first) || other.contains(first)
  }

  /// The addresses in order.
  package var addresses: some Sequence<IPAddress> & Sendable {
    (0..<UInt32(count)).lazy.compactMap { [first] in first.advanced(by: $0) }
  }

  /// `FIRST-LAST`, also where a network was written.
  package var description: String { "\(first)-\(last)" }
}

extension AddressRange: SettingsScalar {
  /// `FIRST-LAST` or a network in CIDR notation.
  package init(settingsScalar text: String) throws(SettingsScalarError) {
    if text.utf8.contains(UInt8(ascii: "/")) {
      let network = try IPNetwork(settingsScalar: text)
      guard network.address.family.bits - network.prefixLength <= 16 else {
        throw SettingsScalarError(
          "'\(network)' has more than \(Self.maximumCount) addresses",
          allowed: "a network of /\(network.address.family.bits - 16) or longer")
      }
      try self.init(from: network.address, through: network.last)
      return
    }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw SettingsScalarError(
        "'\(PlainText.short(text))' is not an address range",
        allowed: "FIRST-LAST or a network, as in 192.0.2.10-192.0.2.20 or 192.0.2.0/28")
    }
    let first = try IPAddress(settingsScalar: String(parts[0]))
    let last = try IPAddress(settingsScalar: String(parts[1]))
    try self.init(from: first, through: last)
  }
}
