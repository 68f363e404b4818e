/// A host name (RFC 952 as amended by RFC 1123 section 2.1), in lower case.
///
/// Labels of 1 to 63 letters, digits and hyphens, 253 characters in all (RFC 1035). A name whose last label is a number
/// is none: programs would read it as an IPv4 address (RFC 1123 section 2.1, RFC 6943 section 3.1.1).
package struct HostName: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The name in lower case, without a final dot.
  package let description: String

  /// The order of the texts.
  package static func < (left: HostName, right: HostName) -> Bool { left.description < right.description }
}

extension HostName: SettingsScalar {
  /// A host name; upper case is lowered, an address is a mistake.
  package init(settingsScalar text: String) throws(SettingsScalarError) {
    let shown = PlainText.short(text)
    if let address = try? IPAddress(settingsScalar: text) {
      throw SettingsScalarError("'\(address)' is an address", allowed: "a host name, as in apps.example.org")
    }
    guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
      throw SettingsScalarError("'\(shown)' is not in ASCII", allowed: "the form that begins with xn-- (RFC 5890)")
    }
    guard !text.isEmpty else { throw SettingsScalarError("is empty", allowed: "a host name, as in apps.example.org") }
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    if let wrong = labels.lazy.compactMap(Self.mistake).first {
      throw SettingsScalarError("'\(shown)' is not a host name: \(wrong.wrong)", allowed: wrong.allowed)
    }
    guard text.utf8.count <= 253 else {
      throw SettingsScalarError("'\(shown)' is too long for a host name", allowed: "at most 253 characters")
    }
    guard let last = labels.last, !Self.isNumber(last) else {
      throw SettingsScalarError(
        "'\(shown)' ends in a number and is not an IPv4 address",
        allowed: "a name whose last part is not a number")
    }
    description = text.lowercased()
  }

  private static func mistake(_ label: Substring) -> SettingsScalarError? {
    let hyphen = UInt8(ascii: "-")
    guard !label.isEmpty else {
      return SettingsScalarError("there is nothing before or after a dot", allowed: "parts of 1 to 63 characters")
    }
    guard label.utf8.count <= 63 else {
      return SettingsScalarError("a part is too long", allowed: "parts of 1 to 63 characters")
    }
    guard label.utf8.allSatisfy({ $0.isHostCharacter }) else {
      return SettingsScalarError("it has a character that names cannot have", allowed: "letters, digits, '-' and dots")
    }
    guard label.utf8.first != hyphen, label.utf8.last != hyphen else {
      return SettingsScalarError("a part begins or ends with '-'", allowed: "'-' only inside a part")
    }
    return nil
  }

  /// Decimal, or hexadecimal as inet_aton(3) reads it.
  private static func isNumber(_ label: Substring) -> Bool {
    let isHexadecimal = label.lowercased().hasPrefix("0x") && label.utf8.dropFirst(2).allSatisfy { $0.isHexDigit }
    return isHexadecimal || label.utf8.allSatisfy { $0.isDecimalDigit }
  }
}

extension UInt8 {
  /// A letter, a digit or a hyphen.
  fileprivate var isHostCharacter: Bool {
    isDecimalDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) || self == UInt8(ascii: "-")
  }
}
