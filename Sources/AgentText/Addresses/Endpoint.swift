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

/// A TCP or UDP port, 1 to 65535.
package struct PortNumber: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The number.
  package let number: UInt16

  /// A port; nil for 0, which stands for "any" and is the port of nothing.
  package init?(_ number: UInt16) {
    guard number != 0 else { return nil }
    self.number = number
  }

  /// Unchecked, for the constants below.
  private init(constant number: UInt16) { self.number = number }

  /// 80.
  package static let http = PortNumber(constant: 80)
  /// 443.
  package static let https = PortNumber(constant: 443)
  /// 2049.
  package static let nfs = PortNumber(constant: 2049)
  /// 10256: the health page of kube-proxy.
  package static let kubeProxyHealth = PortNumber(constant: 10256)
  /// 9099: the health page of Felix.
  package static let felixHealth = PortNumber(constant: 9099)

  /// The number in decimal.
  package var description: String { String(number) }

  /// By number.
  package static func < (left: PortNumber, right: PortNumber) -> Bool { left.number < right.number }
}

extension PortNumber: SettingsScalar {
  /// A plain integer.
  package static var settingsKind: SettingsScalarKind { .integer }

  /// Decimal digits without sign and without leading zeros.
  package init(settingsScalar text: String) throws(SettingsScalarError) {
    guard let port = Self.parse(text) else {
      throw SettingsScalarError("'\(PlainText.short(text))' is not a port", allowed: "1 to 65535")
    }
    self = port
  }

  private static func parse(_ text: String) -> PortNumber? {
    guard text.utf8.allSatisfy({ $0.isDecimalDigit }), text.utf8.first != UInt8(ascii: "0") else { return nil }
    return UInt16(text).flatMap { PortNumber($0) }
  }
}
