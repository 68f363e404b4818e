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
