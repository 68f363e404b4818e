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
