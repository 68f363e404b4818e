package import AgentHost

/// What the kernel counted of one mounted file system of NFS, from mountstats (nfs_show_stats() of fs/nfs/super.c).
package struct NFSStatistics: Sendable, Hashable {
  /// One connection to the server (xs_tcp_print_stats() and its siblings of net/sunrpc/xprtsock.c).
  package struct Transport: Sendable, Hashable {
    /// Requests that were sent, repeated ones included.
    package var sends: UInt64
    /// Replies that were received.
    package var receives: UInt64

    /// Makes a transport.
    package init(sends: UInt64, receives: UInt64) {
      self.sends = sends
      self.receives = receives
    }
  }

  /// Seconds since it was mounted.
  package var age: UInt64
  /// The connections; several with `nconnect`.
  package var transports: [Transport]
  /// Requests that were completed, of all operations.
  package var requests: UInt64
  /// How often those were sent.
  package var transmissions: UInt64
  /// Major timeouts: how often the whole patience of `timeo` and `retrans` was used up.
  package var timeouts: UInt64
  /// Reads, writes and questions for attributes that ended in an error: what a server that is full, read-only or no
  /// longer knows a directory answers. Kernels before 5.3 do not count them (om_error_status of
  /// include/linux/sunrpc/metrics.h).
  package var errors: UInt64

  /// Makes statistics.
  package init(
    age: UInt64 = 0, transports: [Transport] = [], requests: UInt64 = 0,
    transmissions: UInt64 = 0, timeouts: UInt64 = 0, errors: UInt64 = 0
  ) {
    self.age = age
    self.transports = transports
    self.requests = requests
    self.transmissions = transmissions
    self.timeouts = timeouts
    self.errors = errors
  }

  /// Requests that were sent, of all connections.
  package var sends: UInt64 { transports.reduce(0) { $0 &+ $1.sends } }
  /// Replies that were received, of all connections.
  package var receives: UInt64 { transports.reduce(0) { $0 &+ $1.receives } }
  /// Requests that had to be sent again.
  package var retransmissions: UInt64 { transmissions - min(transmissions, requests) }
}

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
