/// A host and a TCP port, as in `192.0.2.1:6443`, `[2001:db8::1]:6443` or `api.example.org:6443`.
package struct Endpoint: Sendable, Hashable, CustomStringConvertible {
  /// The host.
  package let host: NetworkHost
  /// The port.
  package let port: PortNumber

  /// A host and a port.
  package init(host: NetworkHost, port: PortNumber) {
    self.host = host
    self.port = port
  }

  /// `HOST:PORT`, an IPv6 address in brackets.
  package var description: String { "\(host.bracketed):\(port)" }
}

extension Endpoint: SettingsScalar {
  /// `HOST:PORT`; the port is required, and an IPv6 address stands in brackets.
  package init(settingsScalar text: String) throws(SettingsScalarError) {
    let shown = PlainText.short(text)
    guard !text.utf8.contains(UInt8(ascii: "/")) else {
      throw SettingsScalarError("'\(shown)' is not HOST:PORT", allowed: "\(Self.allowed), without scheme and path")
    }
    guard let colon = text.lastIndex(of: ":"), let last = text.utf8.last, ![UInt8](":]".utf8).contains(last) else {
      throw SettingsScalarError("'\(shown)' has no port", allowed: Self.allowed)
    }
    guard colon > text.startIndex else {
      throw SettingsScalarError("'\(shown)' has no host", allowed: Self.allowed)
    }
    // Several colons without brackets are an IPv6 address whose port cannot be told from its last group.
    let host = try NetworkHost(bracketed: String(text[..<colon]))
    self.init(host: host, port: try PortNumber(settingsScalar: String(text[text.index(after: colon)...])))
  }

  private static let allowed = "HOST:PORT, as in 192.0.2.1:6443 or [2001:db8::1]:6443"
}
