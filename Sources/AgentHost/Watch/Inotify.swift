import CLinux
// sd-journal.h brings <sys/inotify.h> too, and the first module that is built owns it.
import CSystemd
import Glibc

/// One inotify(7) descriptor. The event loop's thread reads it and drops watches; the worker's thread adds them, for
/// looking up a path may never return.
final class Inotify: Sendable {
  /// What happened in a watched directory.
  struct Event {
    var watch: CInt
    /// The name in the directory; nil when the directory itself was meant.
    var name: String?
    var isOverflow: Bool
    /// The kernel has dropped the watch.
    var isEnd: Bool
    /// Whether something was made, moved or removed, so that other directories may be the nearest ones now.
    var movesPlaces: Bool
  }

  /// A directory to watch for a path.
  struct Place: Equatable, Sendable {
    var directory: String
    /// The name that matters in it; nil for all.
    var name: String?
    /// Whether the places after this one are needed only when this one does not exist.
    var isEnough: Bool
  }

  /// A directory that is watched.
  struct Added: Sendable {
    var watch: CInt
    var name: String?
    /// Of what the kernel makes anew while nobody has it open, as below /proc; nil on file systems that must be free to
    /// be unmounted.
    var kept: KeptDirectory?
  }

  private static let placing = UInt32(
    IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF)
  private static let mask = placing | UInt32(IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB)

  let descriptor: FileDescriptor

  init() throws(SystemCallError) {
    let raw = inotify_init1(CInt(IN_NONBLOCK) | CInt(IN_CLOEXEC))
    guard raw >= 0 else { throw SystemCallError("inotify_init1", code: errno) }
    descriptor = FileDescriptor(owning: raw)
  }

  /// The directories that tell of a path, the nearest first: itself, then the one it stands in, and so on up.
  static func places(of path: String) -> [Place] {
    var places = [Place(directory: path, name: nil, isEnough: false)]
    var components = path.split(separator: "/").map(String.init)
    while let name = components.popLast() {
      places.append(Place(directory: "/" + components.joined(separator: "/"), name: name, isEnough: true))
    }
    return places
  }

  /// Watches the directories that tell of a path; on the worker's thread.
  ///
  /// - Throws: ``FileError``, ``SystemCallError``, or ``NotWatchable`` for a file system whose changes inotify does not
  ///   see.
  func add(_ path: String, files: HostFiles, mounts: inout OwnMounts) throws -> [Added] {
    var added: [Added] = []
    for place in Self.places(of: path) {
      guard let directory = try KeptDirectory.open(place.directory, files: files) else { continue }
      let kind = mounts.kind(of: directory.descriptor.raw)
      if let kind, !kind.isLocal { throw NotWatchable(type: kind.type) }
      // By descriptor, so that the path that was resolved below the root is the one that is watched.
      let watch = inotify_add_watch(descriptor.raw, "/proc/self/fd/\(directory.descriptor.raw)", Self.mask)
      guard watch >= 0 else { throw SystemCallError("inotify_add_watch", code: errno) }
      added.append(Added(watch: watch, name: place.name, kept: kind?.forgetsDirectories == true ? directory : nil))
      if place.isEnough { break }
    }
    return added
  }

  func remove(_ watch: CInt) { inotify_rm_watch(descriptor.raw, watch) }

  /// The events that wait in the queue, as many as fit into one read; more come with the next turn.
  func read() -> [Event] {
    let size = 64 << 10
    return withUnsafeTemporaryAllocation(byteCount: size, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
      let count = Glibc.read(descriptor.raw, buffer.baseAddress, size)
      return count > 0 ? Self.parse(UnsafeRawBufferPointer(rebasing: buffer[..<count])) : []
    }
  }

  private static func parse(_ buffer: UnsafeRawBufferPointer) -> [Event] {
    let head = MemoryLayout<inotify_event>.size
    var events: [Event] = []
    var offset = 0
    while offset + head <= buffer.count {
      let event = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
      let name = buffer[(offset + head)...].prefix(Int(event.len)).prefix { $0 != 0 }
      events.append(
        Event(
          watch: event.wd, name: name.isEmpty ? nil : String(decoding: name, as: UTF8.self),
          isOverflow: event.mask & UInt32(IN_Q_OVERFLOW) != 0, isEnd: event.mask & UInt32(IN_IGNORED) != 0,
          movesPlaces: event.mask & (placing | UInt32(IN_IGNORED)) != 0))
      offset += head + Int(event.len)
    }
    return events
  }
}

/// A file system whose changes inotify does not see, because others may make them.
struct NotWatchable: Error, CustomStringConvertible {
  var type: String

  var description: String { "lies on \(type), whose changes the kernel does not tell" }
}

/// A directory that is open for nothing but its place (O_PATH).
final class KeptDirectory: Sendable {
  let descriptor: FileDescriptor

  private init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

  /// Opens a directory; nil when there is none.
  static func open(_ path: String, files: HostFiles) throws(FileError) -> KeptDirectory? {
    do {
      return KeptDirectory(try files.open(path, flags: clinux_O_PATH | clinux_O_DIRECTORY))
    } catch  where error.reason == .notFound {
      return nil
    }
  }
}

/// What is mounted in the agent's own name space, to tell of a descriptor what it lies on without asking that.
///
/// On a dead file system open(2) with O_PATH and inotify_add_watch(2) of its root return, and the first call that asks it
/// does not; so the number of the mount is read from /proc/self/fdinfo (proc_pid_fdinfo(5), `mnt_id`).
struct OwnMounts: Sendable {
  private var types: [Int: String] = [:]

  /// What a descriptor lies on.
  struct Kind {
    var type: String
    var isLocal: Bool { FileSystemKind(type: type).isLocal }
    /// Whether the kernel makes its directories anew when nobody has them open.
    var forgetsDirectories: Bool { ["proc", "sysfs", "cgroup2", "cgroup"].contains(type) }
  }

  /// Nil where it is not told. The table is read again for a mount that is not in it, so always after the descriptor was
  /// opened.
  mutating func kind(of descriptor: CInt) -> Kind? {
    guard let files = try? HostFiles(root: HostRoot("/", mode: .live)) else { return nil }
    let text = try? files.text("/proc/self/fdinfo/\(descriptor)", limit: .kernel)
    let line = text?.split(separator: "\n").first { $0.hasPrefix("mnt_id:") }
    guard let id = line.flatMap({ Int($0.dropFirst(7).filter(\.isNumber)) }) else { return nil }
    if types[id] == nil {
      let table = try? MountTable(files.bytes("/proc/self/mountinfo", limit: .kernel))
      types = Dictionary((table?.mounts ?? []).map { ($0.id, $0.type) }) { first, _ in first }
    }
    return types[id].map { Kind(type: $0) }
  }
}
