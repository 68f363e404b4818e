import func Glibc.inet_pton
import var Glibc.AF_INET6

extension IPAddress: SettingsScalar {
  /// A dotted quad (RFC 6943 section 3.1.1, strict) or the text of an IPv6 address (RFC 4291 section 2.2).
  ///
  /// Refused: the short, octal and hexadecimal forms of inet_aton(3), zone ids, and IPv4-mapped IPv6 addresses.
  package init(settingsScalar text: String) throws(SettingsScalarError) {
    self = text.utf8.contains(UInt8(ascii: ":")) ? try Self.v6(text) : try Self.v4(text)
  }

  private static let allowed = "an IPv4 or IPv6 address, as in 192.0.2.1 or 2001:db8::1"

  private static func v4(_ text: String) throws(SettingsScalarError) -> IPAddress {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let numbers = parts.compactMap(octet)
    guard parts.count == 4, numbers.count == 4 else { throw mistake(text, isZeroPadded(parts)) }
    return IPAddress(v4: numbers.reduce(0) { $0 << 8 | UInt32($1) })
  }

  private static func mistake(_ text: String, _ isZeroPadded: Bool) -> SettingsScalarError {
    let shown = PlainText.short(text)
    guard isZeroPadded else { return SettingsScalarError("'\(shown)' is not an IP address", allowed: allowed) }
    return SettingsScalarError(
      "'\(shown)' has a leading zero, which some programs read as octal", allowed: "decimal numbers without it")
  }

  /// 0 to 255 in decimal without leading zeros.
  private static func octet(_ text: Substring) -> UInt8? {
    guard text.utf8.allSatisfy({ $0.isDecimalDigit }), text == "0" || text.utf8.first != UInt8(ascii: "0") else {
      return nil
    }
    return UInt8(text)
  }

  private static func isZeroPadded(_ parts: [Substring]) -> Bool {
    parts.count == 4 && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { $0.isDecimalDigit } }
      && parts.contains { $0.utf8.count > 1 && $0.utf8.first == UInt8(ascii: "0") }
  }

  private static func v6(_ text: String) throws(SettingsScalarError) -> IPAddress {
    let shown = PlainText.short(text)
    guard !text.utf8.contains(UInt8(ascii: "%")) else {
      throw SettingsScalarError("'\(shown)' has a zone id", allowed: "the address without it")
    }
    // The bytes are looked at first: a C function would stop at a NUL character.
    guard text.utf8.allSatisfy({ $0.isAddressCharacter }), let number = number(v6: text) else {
      throw SettingsScalarError("'\(shown)' is not an IP address", allowed: allowed)
    }
    let address = IPAddress(v6: number)
    guard address.family == .v6 else {
      throw SettingsScalarError("'\(shown)' is an IPv4 address written as IPv6", allowed: "\(address)")
    }
    return address
  }

  /// inet_pton(3).
  private static func number(v6 text: String) -> UInt128? {
    var bytes = [UInt8](repeating: 0, count: 16)
    guard inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
    return bytes.reduce(0) { $0 << 8 | UInt128($1) }
  }
}

extension UInt8 {
  /// 0 to 9.
  package var isDecimalDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  /// 0 to 9, a to f, A to F.
  var isHexDigit: Bool {
    isDecimalDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20)
  }

  /// What the text of an address is made of.
  fileprivate var isAddressCharacter: Bool {
    isHexDigit || self == UInt8(ascii: ":") || self == UInt8(ascii: ".")
  }
}

/// Tells addresses from other text, without a resolver.
package enum AddressText {
  /// Whether it is an IPv6 address or network (RFC 4291), by its characters: enough to tell it from a name or IPv4.
  package static func isIPv6(_ text: some StringProtocol) -> Bool {
    let address = text.prefix { $0 != "/" }
    guard address.count <= 45, address.count(where: { $0 == ":" }) >= 2 else { return false }
    return address.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." } && !text.hasSuffix("/")
  }

  /// Whether it is an IPv4 address in dotted form.
  package static func isIPv4(_ text: some StringProtocol) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        (1...3).contains(part.count) && part.allSatisfy { ("0"..."9").contains($0) } && (Int(part) ?? 256) < 256
      }
  }
}

extension SettingsReader {
  /// Reports a key whose address cannot belong to one host.
  package func requireUnicast(_ key: String, _ address: IPAddress?) {
    requireUnicast(node[key], address)
  }

  /// Reports each item of a list whose address cannot belong to one host.
  package func requireUnicast<T: SettingsScalar>(itemsOf key: String, _ address: (T) -> IPAddress?) {
    for item in node[key].located() as [LocatedSetting<T>] { requireUnicast(item.node, address(item.value)) }
  }

  private func requireUnicast(_ node: SettingsNode, _ address: IPAddress?) {
    guard let address, !address.isUnicast else { return }
    reject(node, "'\(address)' is not the address of one host", allowed: "a unicast address")
  }
}
