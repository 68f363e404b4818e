import CLinux
import Glibc

/// Opens paths so that no link, absolute or with `..`, leads out of the root.
enum PathResolver: Sendable {
  /// openat2(2) with RESOLVE_IN_ROOT, since Linux 5.6.
  case kernel
  /// One component at a time, for older kernels and containers whose seccomp filter does not know openat2.
  case walk

  /// As many links as the kernel follows (path_resolution(7)).
  private static let mostLinks = 40

  static func supported() -> PathResolver {
    let descriptor = clinux_openat2(AT_FDCWD, "/", UInt64(clinux_O_PATH | clinux_O_CLOEXEC), UInt64(RESOLVE_IN_ROOT))
    guard descriptor >= 0 else { return .walk }
    close(descriptor)
    return .kernel
  }

  func open(_ path: String, below root: CInt, flags: CInt) throws(FileError) -> FileDescriptor {
    guard !path.utf8.contains(0) else { throw FileError(path, .notFound) }
    return switch self {
    case .kernel: try Self.openByKernel(path, below: root, flags: flags)
    case .walk: try Self.openByWalk(path, below: root, flags: flags)
    }
  }

  private static func openByKernel(_ path: String, below root: CInt, flags: CInt) throws(FileError) -> FileDescriptor {
    let resolve = UInt64(RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS)
    var tries = 0
    while true {
      let descriptor = clinux_openat2(root, path, UInt64(UInt32(bitPattern: flags)), resolve)
      if descriptor >= 0 { return FileDescriptor(owning: descriptor) }
      let code = errno
      // EAGAIN: something was renamed meanwhile, openat2(2) says to try again; but a file under a lease (fcntl(2)) gives
      // it for as long as its holder likes, 45 s unless told otherwise.
      if code == EAGAIN { tries += 1 }
      guard code == EINTR || code == EAGAIN && tries < 8 else {
        throw FileError(path, call: "openat2", code: code)
      }
    }
  }

  private static func openByWalk(_ path: String, below root: CInt, flags: CInt) throws(FileError) -> FileDescriptor {
    var left = Array(components(path).reversed())
    var inside: [String] = []
    var links = 0
    while let component = left.popLast() {
      if component == ".." {
        _ = inside.popLast()
        continue
      }
      guard let target = try link(inside + [component], below: root, path) else {
        inside.append(component)
        continue
      }
      links += 1
      guard links <= mostLinks else { throw FileError(path, .badLink) }
      if target.hasPrefix("/") { inside = [] }
      left += components(target).reversed()
    }
    let resolved = inside.isEmpty ? "." : inside.joined(separator: "/")
    let descriptor = clinux_openat(root, resolved, flags | clinux_O_NOFOLLOW)
    guard descriptor >= 0 else { throw FileError(path, call: "openat", code: errno) }
    return FileDescriptor(owning: descriptor)
  }

  private static func components(_ path: String) -> [String] {
    path.split(separator: "/").map(String.init).filter { $0 != "." }
  }

  /// The target when the place is a symbolic link, nil when it is anything else.
  private static func link(_ place: [String], below root: CInt, _ path: String) throws(FileError) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlinkat(root, place.joined(separator: "/"), &buffer, buffer.count)
    if count < 0 {
      let code = errno
      guard code == EINVAL else { throw FileError(path, call: "readlinkat", code: code) }
      return nil
    }
    return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
