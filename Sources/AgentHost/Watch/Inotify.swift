import CLinux
// sd-journal.h brings <sys/inotify.h> too, and the first module that is built owns it.
import CSystemd
import Glibc

/// One inotify(7) descriptor and its watches. Used on the event loop's thread only.
final class Inotify {
  /// What happened in a watched directory.
  struct Event {
    var watch: CInt
    /// The name in the directory; nil when the directory itself was meant.
    var name: String?
    var isOverflow: Bool
  }

  /// A directory to watch for a path.
  struct Place: Equatable {
    var directory: String
    /// The name that matters in it; nil for all.
    var name: String?
    /// Whether the places after this one are needed only when this one does not exist.
    var isEnough: Bool
  }

  private static let mask = UInt32(
    IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_DELETE_SELF
      | IN_MOVE_SELF)

  let descriptor: FileDescriptor
  /// Kept open so that the kernel does not forget a directory below /proc while it is watched.
  private var kept: [CInt: KeptDirectory] = [:]

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

  /// Watches a directory; nil when there is none.
  func add(_ directory: String, files: HostFiles) throws -> CInt? {
    guard let kept = try KeptDirectory.open(directory, files: files) else { return nil }
    // By descriptor, so that the path that was resolved below the root is the one that is watched.
    let watch = inotify_add_watch(descriptor.raw, "/proc/self/fd/\(kept.descriptor.raw)", Self.mask)
    guard watch >= 0 else { throw SystemCallError("inotify_add_watch", code: errno) }
    if self.kept[watch] == nil { self.kept[watch] = kept }
    return watch
  }

  func remove(_ watch: CInt) {
    inotify_rm_watch(descriptor.raw, watch)
    kept[watch] = nil
  }

  /// All events that wait in the queue.
  func read() -> [Event] {
    var events: [Event] = []
    let size = 64 << 10
    withUnsafeTemporaryAllocation(byteCount: size, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
      while true {
        let count = Glibc.read(descriptor.raw, buffer.baseAddress, size)
        guard count > 0 else { return }
        events += Self.parse(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      }
    }
    return events
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
          isOverflow: event.mask & UInt32(IN_Q_OVERFLOW) != 0))
      offset += head + Int(event.len)
    }
    return events
  }
}

private final class KeptDirectory {
  let descriptor: FileDescriptor

  private init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

  /// Opens a directory for nothing but its place (O_PATH); nil when there is none.
  static func open(_ path: String, files: HostFiles) throws(FileError) -> KeptDirectory? {
    do {
      return KeptDirectory(try files.open(path, flags: clinux_O_PATH | clinux_O_DIRECTORY))
    } catch  where error.reason == .notFound {
      return nil
    }
  }
}
