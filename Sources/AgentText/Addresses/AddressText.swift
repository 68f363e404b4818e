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
