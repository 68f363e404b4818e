package import AgentText

/// The name of a systemd unit (systemd.unit(5)): a prefix, for an instance `@` and its name, and the type's suffix.
package struct UnitName: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The types that systemd knows.
  private static let types: Set<Substring> = [
    "service", "socket", "target", "device", "mount", "automount", "swap", "timer", "path", "slice", "scope",
  ]
  private static let longest = 255

  /// The full name, for example `crio.service`.
  package let description: String
  /// The type: the part after the last dot.
  package let type: String

  /// The service of a name, for example `crio`.
  package init(service name: StaticString) {
    description = "\(name).service"
    type = "service"
  }

  /// By name.
  package static func < (left: UnitName, right: UnitName) -> Bool { left.description < right.description }
}

extension UnitName: SettingsScalar {
  /// A name with the suffix of a type; a template (`name@.service`) names no unit that can run.
  package init(settingsScalar text: String) throws(SettingsScalarError) {
    let shown = PlainText.short(text)
    let allowed = "a unit with its suffix, as in crio.service or tunnel@home.service"
    guard let dot = text.lastIndex(of: "."), Self.types.contains(text[text.index(after: dot)...]) else {
      throw SettingsScalarError("'\(shown)' does not end in the type of a unit", allowed: allowed)
    }
    let prefix = text[..<dot]
    guard !prefix.isEmpty, text.utf8.count <= Self.longest, prefix.utf8.allSatisfy(Self.isLegal) else {
      throw SettingsScalarError(
        "'\(shown)' is not the name of a unit", allowed: "up to 255 letters, digits and any of :-_.\\@")
    }
    guard prefix.first != "@", prefix.last != "@" else {
      throw SettingsScalarError("'\(shown)' is a template, which never runs itself", allowed: allowed)
    }
    description = text
    type = String(text[text.index(after: dot)...])
  }

  /// VALID_CHARS_WITH_AT of systemd's src/basic/unit-name.c.
  private static func isLegal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: [UInt8](":-_.\\@".utf8).contains(byte)
    }
  }
}
