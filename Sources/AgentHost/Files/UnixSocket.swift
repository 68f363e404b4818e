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
    let place = try open(path, files)
    let socket = FileDescriptor(owning: clinux_unix_socket())
    guard socket.raw >= 0 else { throw .connect(SystemCallError("socket", code: errno)) }
    // The link below /proc leads to the very file that was resolved (proc_pid_fd(5)), also past a name of 108 bytes.
    let code = clinux_unix_connect(socket.raw, "/proc/self/fd/\(place.raw)")
    guard code == 0 else { throw .connect(SystemCallError("connect", code: code)) }
    return socket
  }

  private static func open(_ path: String, _ files: HostFiles) throws(Failure) -> FileDescriptor {
    do throws(FileError) {
      let kind = try files.kind(path)
      guard let kind else { throw FileError(path, .notFound) }
      guard kind == .other("a socket") else { throw FileError(path, .wrongKind(kind.text)) }
      return try files.open(path, flags: clinux_O_PATH)
    } catch {
      throw .file(error)
    }
  }
}
