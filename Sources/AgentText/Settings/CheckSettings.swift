package import AgentCore

/// What every check can be told, whatever it checks.
package struct CheckSettings: SettingsSection, Sendable {
  /// The keys of ``CheckSettings``, which stand beside a check's own.
  package static let keys = ["enabled", "hold", "clear"]

  /// False switches the check off.
  package var isEnabled: Bool
  /// How long a worse state must last; nil leaves it to the check.
  package var hold: Persistence?
  /// How long a better state must last; nil leaves it to the check.
  package var clear: Persistence?

  /// Reads the three keys.
  package init(from reader: SettingsReader) {
    isEnabled = reader.value("enabled", default: true)
    hold = reader.optional("hold")
    clear = reader.optional("clear")
  }
}

extension SettingsReader {
  /// A check's own settings, read from the mapping `checks`; the keys that every check has stand beside them.
  package func check<T: SettingsSection>(_ id: CheckID, as type: T.Type = T.self) -> T {
    child(id.description).decodeOwn(type, beside: CheckSettings.keys, into: diagnostics)
  }
}

extension Persistence: SettingsScalar {
  /// A duration (`30s`) or a number of rounds (`2`).
  package init(settingsScalar text: String) throws(SettingsScalarError) {
    if let rounds = Int(text), (0...1000).contains(rounds) {
      self = .rounds(rounds)
    } else {
      do throws(SettingsScalarError) {
        let duration = try Duration(settingsScalar: text)
        guard Duration.configurable.contains(duration) else {
          throw SettingsScalarError("'\(PlainText.short(text))' is out of range", allowed: "100ms to 1d")
        }
        self = .lasting(duration)
      } catch {
        throw SettingsScalarError(error.wrong, allowed: "a number of rounds, as in 2, or a duration, as in 30s")
      }
    }
  }

  /// The number of rounds or the duration.
  package var settingsText: String {
    switch self {
    case .rounds(let rounds): "\(rounds)"
    case .lasting(let duration): duration.settingsText
    }
  }
}
