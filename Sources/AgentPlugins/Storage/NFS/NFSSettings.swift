import AgentCore
package import AgentText

/// What the configuration says of the NFS checks.
///
///     nfs.server: {slow: 500ms}
///     nfs.responding: {deepProbe: 5m}
///     nfs.space: {warning: 10, failing: 1}
package struct NFSSettings: SettingsSection, Sendable {
  /// From which time to its answer on a server counts as slow.
  let slow: Duration
  /// How often every mounted file system is looked at although nothing is in doubt.
  let deepProbe: Duration
  /// The free share in percent below which a file system is a warning, and failing.
  let space: FreeShares

  /// Reads the keys.
  package init(from reader: SettingsReader) {
    slow = reader.check("nfs.server", as: ServerSettings.self).slow
    deepProbe = reader.check("nfs.responding", as: RespondingSettings.self).deepProbe
    space = reader.check("nfs.space", as: SpaceSettings.self).shares
  }
}

/// The keys of `nfs.server`.
private struct ServerSettings: SettingsSection {
  let slow: Duration

  init(from reader: SettingsReader) {
    slow = reader.value("slow", default: .milliseconds(500), in: .milliseconds(1)...(.seconds(60)))
  }
}

/// The keys of `nfs.responding`.
private struct RespondingSettings: SettingsSection {
  let deepProbe: Duration

  init(from reader: SettingsReader) {
    deepProbe = reader.value("deepProbe", default: .seconds(300), in: .seconds(10)...(.seconds(86_400)))
  }
}

/// The keys of `nfs.space`.
private struct SpaceSettings: SettingsSection {
  let shares: FreeShares

  init(from reader: SettingsReader) { shares = FreeShares(from: reader, warning: 10, failing: 1) }
}
