/// A settings type that a mapping is decoded into.
///
/// The initializer reads every key it knows from the reader, which collects the mistakes; a key that it does not read
/// is an unknown key. It answers nil only when a value without a default is missing:
///
///     guard let server = reader.required("server", as: Endpoint.self) else { return nil }
///
/// Read all keys before the guard, so that all mistakes are found.
package protocol SettingsDecodable: SendableMetatype {
  /// Reads the settings; nil after a required value was missing or wrong.
  init?(from reader: SettingsReader)
}

/// A settings type whose every value has a default, so that it can be decoded from nothing.
///
///     struct SwapSettings: SettingsSection {
///       var expect: Expectation                         // enum Expectation: String, CaseIterable, SettingsScalar
///       init(from reader: SettingsReader) { expect = reader.value("expect", default: .none) }
///     }
package protocol SettingsSection: SettingsDecodable {
  /// Reads the settings.
  init(from reader: SettingsReader)
}
