package import AgentHost

/// What the kernel counted of the file systems of NFS.
package enum NFSCounters: Sendable, Equatable {
  /// The numbers, by file system; one is missing that was unmounted meanwhile.
  case known([DeviceNumber: NFSStatistics])
  /// The table could not be read.
  case unreadable(FileError)

  /// Reads mountstats beside a table of mounts; for the worker thread. Nothing is asked of a server for it.
  package init(of mounts: NFSMounts, reading files: HostFiles) {
    guard !mounts.systems.isEmpty else {
      self = .known([:])
      return
    }
    do throws(FileError) {
      self = .known(try Self.read(String(mounts.path.dropLast("info".count)) + "stats", mounts, files))
    } catch {
      // Another process's table belongs to its user; the agent's own shows the same file systems.
      let own = "/proc/self/mountstats"
      self = (try? Self.read(own, mounts, files)).map { .known($0) } ?? .unreadable(error)
    }
  }

  private static func read(
    _ path: String, _ mounts: NFSMounts, _ files: HostFiles
  ) throws(FileError) -> [DeviceNumber: NFSStatistics] {
    var parser = MountStatisticsParser(wanted: mounts.names, count: mounts.namedCount)
    try files.pieces(path, limit: .mountStatistics) { parser.take($0) }
    parser.finish()
    return parser.found
  }

  /// The numbers of a file system.
  package subscript(_ device: DeviceNumber) -> NFSStatistics? {
    if case .known(let all) = self { all[device] } else { nil }
  }
}
