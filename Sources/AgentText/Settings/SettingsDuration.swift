import AgentCore

extension Duration: SettingsScalar {
  /// An integer followed by `ms`, `s`, `m`, `h` or `d` (a day has 24 hours), without sign or space.
  package init(settingsScalar text: String) throws(SettingsScalarError) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text.dropFirst(digits.count)
    let shown = PlainText.short(text)
    guard !digits.isEmpty else { throw Self.error("'\(shown)' is not a duration") }
    guard !unit.isEmpty else { throw Self.error("'\(shown)' has no unit") }
    guard let factor = Self.settingsUnits.first(where: { $0.name == unit })?.milliseconds else {
      throw Self.error("'\(shown)' is not a duration")
    }
    guard let count = Int64(digits), case let product = count.multipliedReportingOverflow(by: factor), !product.overflow
    else { throw Self.error("'\(shown)' is too long") }
    self = .milliseconds(product.partialValue)
  }

  /// The duration in the largest unit that needs no fraction, cut to milliseconds.
  package var settingsText: String {
    let parts = components
    let milliseconds = parts.seconds.multipliedSaturated(by: 1_000) + parts.attoseconds / 1_000_000_000_000_000
    guard milliseconds != 0 else { return "0s" }
    for unit in Self.settingsUnits where milliseconds % unit.milliseconds == 0 {
      return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }
    return "\(milliseconds)ms"
  }

  /// What a configuration may say: shorter keeps a node busy with its reporter, longer is as good as never.
  package static let configurable = Duration.milliseconds(100)...(.seconds(86_400))

  /// The largest first.
  private static let settingsUnits: [(name: String, milliseconds: Int64)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
  ]

  private static func error(_ wrong: String) -> SettingsScalarError {
    SettingsScalarError(wrong, allowed: "an integer and ms, s, m, h or d, as in 500ms, 30s or 5m")
  }
}
