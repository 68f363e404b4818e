import AgentCore
package import AgentText

/// What the configuration says of the disk checks.
///
///     disk.space: {warning: 10, failing: 5}
///     disk.inodes: {warning: 10, failing: 5}
package struct DiskSettings: SettingsSection, Sendable {
  /// The free share in percent of what the kubelet has no threshold for.
  let space: FreeShares
  /// The same of files.
  let inodes: FreeShares

  /// Reads the keys.
  package init(from reader: SettingsReader) {
    space = reader.check("disk.space", as: ShareSettings.self).shares
    inodes = reader.check("disk.inodes", as: ShareSettings.self).shares
  }
}

private struct ShareSettings: SettingsSection {
  let shares: FreeShares

  init(from reader: SettingsReader) { shares = FreeShares(from: reader, warning: 10, failing: 5) }
}
