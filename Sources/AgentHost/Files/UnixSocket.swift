import CLinux
import Glibc

/// Connections to the host's unix sockets, which no link leads out of the root.
enum UnixSocket {
  /// Why a connection could not be made.
  enum Failure: Error {
    /// There is no such socket, or the path leads to something else.
    case file(FileError)
    /// Nobody listens on it (ECONNREFUSED), its queue is full (EAGAIN), or another error.
    case connect(SystemCallError)
  }

  /// Connects to the socket at a path; never waits.
  static func connect(_ path: String, _ files: HostFiles) throws(Failure) -> FileDescriptor {
    let place = try file(path, files)
    let socket = FileDescriptor(owning: clinux_unix_socket())
    guard socket.raw >= 0 else { throw .connect(SystemCallError("socket", code: errno)) }
    let code = clinux_unix_connect(socket.raw, place.address)
    guard code == 0 else { throw .connect(SystemCallError("connect", code: code)) }
    return socket
  }

  private static func file(_ path: String, _ files: HostFiles) throws(Failure) -> SocketFile {
    do { return try files.socket(path) } catch { throw .file(error) }
  }
}

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
