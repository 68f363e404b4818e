import CLinux
import Glibc

/// A listening unix socket of our own, where no systemd hands one over: the helper in a container.
package enum ListeningSocket {
  /// Makes the socket, mode 0660 and of this process's user and group; a dead one in its place is removed.
  ///
  /// - Returns: its descriptor.
  /// - Throws: ``FileError`` with the call's reason, also when another helper answers there.
  package static func make(at path: String) throws(FileError) -> CInt {
    let descriptor = clinux_unix_socket()
    guard descriptor >= 0 else { throw FileError(path, call: "socket", code: errno) }
    let code = clinux_unix_listen(descriptor, path)
    guard code == 0 else {
      close(descriptor)
      throw FileError(path, call: "listen", code: code)
    }
    return descriptor
  }
}
