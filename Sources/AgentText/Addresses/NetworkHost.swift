/// A host on the network, by address or by name.
package enum NetworkHost: Sendable, Hashable, CustomStringConvertible {
  /// An IP address.
  case address(IPAddress)
  /// A host name, still to be resolved.
  case name(HostName)

  /// The address; nil for a name.
  package var address: IPAddress? {
    if case .address(let address) = self { address } else { nil }
  }

  /// The address or the name.
  package var description: String {
    switch self {
    case .address(let address): address.description
    case .name(let name): name.description
    }
  }

  /// As ``description``, an IPv6 address in brackets, as it stands before a port or a path (RFC 3986 section 3.2.2).
  package var bracketed: String {
    address?.family == .v6 ? "[\(description)]" : description
  }
}

extension NetworkHost: SettingsScalar {
  /// An address, else a host name.
  package init(settingsScalar text: String) throws(SettingsScalarError) {
    if Self.mustBeAddress(text) {
      self = .address(try IPAddress(settingsScalar: text))
    } else {
      self = .name(try HostName(settingsScalar: text))
    }
  }

  /// A host as it stands before a port or a path: an IPv6 address in brackets, everything else without.
  package init(bracketed text: String) throws(SettingsScalarError) {
    let shown = PlainText.short(text)
    let allowed = "an IPv6 address in brackets, as in [2001:db8::1]"
    guard text.utf8.first == UInt8(ascii: "[") else {
      guard !text.utf8.contains(UInt8(ascii: ":")) else {
        throw SettingsScalarError("'\(shown)' has several colons", allowed: allowed)
      }
      self = try Self(settingsScalar: text)
      return
    }
    let inside = String(text.dropFirst().dropLast())
    guard text.utf8.last == UInt8(ascii: "]"), inside.utf8.contains(UInt8(ascii: ":")) else {
      throw SettingsScalarError("'\(shown)' is not an IPv6 address in brackets", allowed: allowed)
    }
    self = .address(try IPAddress(settingsScalar: inside))
  }

  /// A colon, or four parts whose last is a number: then the message about the address is the better one.
  private static func mustBeAddress(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let isQuad = parts.count == 4 && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { $0.isDecimalDigit } }
    return isQuad || text.utf8.contains(UInt8(ascii: ":"))
  }
}
