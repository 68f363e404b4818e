package import AgentText

/// The `cluster.storage` section: the storage that the cluster depends on.
package struct StorageSettings: SettingsSection, Sendable, Hashable {
  /// NFS exports that are watched even while this host has none of them mounted.
  package let nfs: [NFSSource]

  /// Reads `nfs`.
  package init(from reader: SettingsReader) {
    nfs = reader.sections("nfs")
    let items = reader.node["nfs"].items
    guard items.count == nfs.count else { return }
    reader.rejectRepeated(zip(items, nfs).map { LocatedSetting(node: $0, value: $1) })
  }
}
