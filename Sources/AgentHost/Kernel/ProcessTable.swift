/// The host's processes by name, from /proc/PID/comm and /proc/PID/stat: files that never block, also for a task in
/// uninterruptible sleep, whose cmdline and exe do.
package struct ProcessTable: Sendable, Equatable {
  /// One process.
  package struct Process: Sendable, Equatable {
    /// Its number.
    package var id: Int
    /// Its name: at most 15 bytes (proc_pid_comm(5)).
    package var name: String
  }

  /// The processes, by number.
  package var processes: [Process]

  /// The longest name: kernel threads tell what they work on behind theirs, in 64 bytes with the end of the line.
  private static let longestName = 64

  /// Reads the table; processes that end meanwhile are left out.
  package init(reading files: HostFiles) throws(FileError) {
    guard let entries = try files.entries("/proc") else { throw FileError("/proc", .notFound) }
    processes = entries.compactMap { Int($0) }.sorted().compactMap { id in
      guard let start = try? files.start("/proc/\(id)/comm", atMost: Self.longestName) else { return nil }
      return Process(id: id, name: String(decoding: start.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
  }

  /// The first process with one of these names.
  package func first(named names: String...) -> Process? { processes.first { names.contains($0.name) } }
}
