import CLinux

/// The file of a unix socket, held so that a connection reaches what was looked at and no link leads out of the root.
final class SocketFile: Sendable {
  private let descriptor: FileDescriptor

  fileprivate init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }

  /// The path to connect to while this lives. connect(2) follows the link to the socket itself; it is short, too, where
  /// sun_path holds 108 bytes (unix(7)).
  var address: String { "/proc/self/fd/\(descriptor.raw)" }
}

extension HostFiles {
  /// The socket at a path; connecting to any other file would be "refused" too.
  func socket(_ path: String) throws(FileError) -> SocketFile {
    let file = try open(path, flags: clinux_O_PATH)
    let kind = try Self.kind(file, path)
    guard kind == .other("a socket") else { throw FileError(path, .wrongKind(kind.text)) }
    return SocketFile(file)
  }
}
