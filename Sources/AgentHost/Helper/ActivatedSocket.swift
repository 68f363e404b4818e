import CLinux
import CSystemd
import Glibc

/// The listening socket that systemd hands to a service of a socket unit (sd_listen_fds(3)).
package enum ActivatedSocket {
  /// Its descriptor; nil when the process was not started with exactly one listening unix socket.
  package static func take() -> CInt? {
    guard sd_listen_fds(1) == 1 else { return nil }
    // SD_LISTEN_FDS_START, a macro that Swift does not import.
    let first: CInt = 3
    return sd_is_socket_unix(first, CInt(SOCK_STREAM.rawValue), 1, nil, 0) > 0 ? first : nil
  }
}
