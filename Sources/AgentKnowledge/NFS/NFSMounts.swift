package import AgentHost

/// What is mounted by NFS, kept as long as the host's table of mounts stays the same: parsing thousands of lines anew in
/// every round would cost more than all else.
package struct NFSMounts: Sendable {
  /// The file systems, by number.
  package let systems: [NFSFileSystem]
  /// The mounts by which the kernel's counters name them: the first ones of each file system are enough, for the kernel
  /// writes the same numbers at all.
  let names: [MountStatisticsParser.Key: DeviceNumber]
  /// How many file systems those are.
  let namedCount: Int
  /// The table that was read.
  let path: String
  private let length: Int
  private static let mostNames = 8
  /// Tells one text of the table from another, while the process runs.
  package let digest: Int

  private init(_ table: MountTable, length: Int, digest: Int) {
    systems = NFSFileSystem.all(in: table)
    path = table.path
    var names: [MountStatisticsParser.Key: DeviceNumber] = [:]
    var count: [DeviceNumber: Int] = [:]
    for mount in table.mounts where mount.isNFS && count[mount.device, default: 0] < Self.mostNames {
      count[mount.device, default: 0] += 1
      names[MountStatisticsParser.Key(point: mount.point, source: mount.source)] = mount.device
    }
    self.names = names
    namedCount = Set(names.values).count
    self.length = length
    self.digest = digest
  }

  /// Reads the host's table; for the worker thread.
  ///
  /// - Parameter former: what was read before, which is given back while the table is the same.
  package static func read(_ files: HostFiles, after former: NFSMounts? = nil) throws(FileError) -> NFSMounts {
    let (text, path) = try MountTable.text(files)
    var hasher = Hasher()
    text.withUnsafeBytes { hasher.combine(bytes: $0) }
    let digest = hasher.finalize()
    if let former, former.path == path, former.length == text.count, former.digest == digest { return former }
    return NFSMounts(MountTable(text, path: path), length: text.count, digest: digest)
  }
}
