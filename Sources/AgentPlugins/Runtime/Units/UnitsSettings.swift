import AgentCore
import AgentHost
package import AgentText

/// What the configuration says of `units.state`.
///
///     units.state: {watch: [tunnel@home.service, postgresql.service]}
package struct UnitsSettings: SettingsSection, Sendable {
  /// Units that must run on this host besides those that the agent knows.
  let watched: [UnitName]

  /// Reads `units.state`.
  package init(from reader: SettingsReader) {
    watched = reader.check("units.state", as: StateSettings.self).watched
  }
}

/// The keys of `units.state`.
private struct StateSettings: SettingsSection {
  let watched: [UnitName]

  init(from reader: SettingsReader) { watched = reader.list("watch") }
}
