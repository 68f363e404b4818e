import AgentCore
package import AgentText

/// What the configuration says of `sysctl.values`.
///
///     sysctl.values: {expect: {net.ipv4.ip_forward: 1, vm.swappiness: 10}}
///
/// A known parameter is compared with the given value, also where the plugin would not look at it; another one is added.
package struct SysctlSettings: SettingsSection, Sendable {
  /// The expected values by name.
  let expected: [SysctlName: String]

  /// The settings without configuration.
  package init() { expected = [:] }

  /// Reads `sysctl.values`.
  package init(from reader: SettingsReader) {
    expected = reader.check("sysctl.values", as: ValuesSettings.self).expected
  }
}

/// The keys of `sysctl.values`.
private struct ValuesSettings: SettingsSection {
  let expected: [SysctlName: String]

  init(from reader: SettingsReader) {
    let values: [String: SysctlValueText] = reader.values("expect")
    var expected: [SysctlName: String] = [:]
    for (text, value) in values {
      let name = SysctlName(text)
      if Self.isName(name) {
        expected[name] = value.text
      } else {
        reader.reject(
          "expect", "'\(text)' is not the name of a kernel parameter", allowed: "names such as net.ipv4.ip_forward")
      }
    }
    self.expected = expected
  }

  /// One parameter below /proc/sys, and nothing that leads out of it.
  private static func isName(_ name: SysctlName) -> Bool {
    let components = name.path.split(separator: "/")
    let isPlain = name.path.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 0x20 && $0 != "\u{7f}" }
    return components.count > 1 && isPlain && !name.isGlob && !components.contains { $0 == "." || $0 == ".." }
  }
}

/// A value of a kernel parameter: any scalar, as it is written.
private struct SysctlValueText: SettingsScalar, CustomStringConvertible {
  let text: String

  init(settingsScalar text: String) throws(SettingsScalarError) {
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x20 || $0 == 0x09 }) else {
      throw SettingsScalarError("is not a value of a kernel parameter", allowed: "a number or a word on one line")
    }
    self.text = text
  }

  var description: String { text }
}
