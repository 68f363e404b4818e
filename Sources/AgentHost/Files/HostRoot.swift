import CLinux
import Glibc

/// The directory below which the host's files are read.
package final class HostRoot: Sendable {
  /// Whether the machine itself may be asked too.
  package enum Mode: String, Sendable, CaseIterable {
    /// A running host: system calls, sockets and events are asked too.
    case live
    /// A recorded tree: nothing is asked of the running machine or the network.
    case recorded
  }

  /// The directory, as it was given.
  package let path: String
  /// Whether the machine itself may be asked too.
  package let mode: Mode
  private let descriptor: CInt
  private let resolver: PathResolver

  /// Opens a root. It is live when its `proc` is a procfs (statfs(2)), otherwise recorded, unless `mode` says.
  ///
  /// - Throws: ``FileError`` when the directory cannot be opened.
  package convenience init(_ path: String = "/", mode: Mode? = nil) throws(FileError) {
    try self.init(path, mode: mode, resolver: PathResolver.supported())
  }

  init(_ path: String, mode: Mode?, resolver: PathResolver) throws(FileError) {
    let descriptor = clinux_openat(AT_FDCWD, path, clinux_O_PATH | clinux_O_DIRECTORY | clinux_O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path, call: "open", code: errno) }
    self.path = path
    self.descriptor = descriptor
    self.resolver = resolver
    self.mode = mode ?? (Self.hasProcfs(descriptor) ? .live : .recorded)
  }

  deinit { close(descriptor) }

  /// What stands before a path of the host to make it one of the agent's own name space.
  package var prefix: [UInt8] { Array((path.hasSuffix("/") ? String(path.dropLast()) : path).utf8) }

  /// Opens a path below the root: links, also absolute ones, stay inside.
  func open(_ path: String, flags: CInt) throws(FileError) -> FileDescriptor {
    // openat2(2) refuses O_NOCTTY beside O_PATH.
    let terminal = flags & clinux_O_PATH == 0 ? O_NOCTTY : 0
    return try resolver.open(path, below: descriptor, flags: flags | clinux_O_CLOEXEC | terminal)
  }

  private static func hasProcfs(_ root: CInt) -> Bool {
    let proc = clinux_openat(root, "proc", clinux_O_PATH | clinux_O_DIRECTORY | clinux_O_NOFOLLOW | clinux_O_CLOEXEC)
    guard proc >= 0 else { return false }
    defer { close(proc) }
    return clinux_is_procfs(proc) == 1
  }
}
