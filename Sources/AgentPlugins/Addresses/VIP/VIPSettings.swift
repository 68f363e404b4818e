import AgentCore
package import AgentText

/// What the configuration says of `vip.configuration`.
///
///     vip.configuration: {adverts: true}
package struct VIPSettings: SettingsSection, Sendable {
  /// Whether VRRP's advertisements are listened for.
  let hearsAdverts: Bool

  /// The settings without configuration, and for tests.
  package init(hearsAdverts: Bool = false) { self.hearsAdverts = hearsAdverts }

  /// Reads `vip.configuration`.
  package init(from reader: SettingsReader) {
    hearsAdverts = reader.check("vip.configuration", as: ConfigurationSettings.self).hearsAdverts
  }
}

/// The keys of `vip.configuration`.
private struct ConfigurationSettings: SettingsSection {
  let hearsAdverts: Bool

  init(from reader: SettingsReader) { hearsAdverts = reader.value("adverts", default: false) }
}
