import Foundation
import Glibc

/// A server that does to each connection, on a thread of its own, what a test says; it ends with its last use.
package final class SocketServer: Sendable {
  /// The TCP port; 0 for a unix socket.
  package let port: UInt16
  private let listener: Listener

  /// Closed when neither the server nor its thread needs it: else its number might be another's when it is shut down.
  private final class Listener: Sendable {
    let descriptor: Int32

    init(owning descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }
  }

  /// Listens on a free port of 127.0.0.1, or of ::1.
  package init(isIPv6: Bool = false, _ serve: @escaping @Sendable (SocketConnection) -> Void) throws {
    let (descriptor, port) = try isIPv6 ? Self.tcp6() : Self.tcp4()
    listener = Listener(owning: descriptor)
    self.port = port
    accept(serve)
  }

  /// Listens on a unix socket at an absolute path, whose directory must exist.
  package init(unix path: String, _ serve: @escaping @Sendable (SocketConnection) -> Void) throws {
    listener = Listener(owning: try Self.unixListener(path))
    port = 0
    accept(serve)
  }

  deinit {
    // It wakes the accepting thread, which ends.
    shutdown(listener.descriptor, Int32(SHUT_RDWR))
  }

  /// A listening unix socket that nobody serves; the caller closes it.
  package static func unixListener(_ path: String, backlog: Int32 = 256) throws -> Int32 {
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard withUnixAddress(path, { bind(listener, $0, $1) }) == 0, listen(listener, backlog) == 0 else {
      throw SocketConnection.Failure(call: "bind \(path)")
    }
    return listener
  }

  /// A listening socket on a free port of 127.0.0.1 that nobody serves; the caller closes it.
  package static func tcpListener(backlog: Int32) throws -> (descriptor: Int32, port: UInt16) {
    try tcp4(backlog: backlog)
  }

  private func accept(_ serve: @escaping @Sendable (SocketConnection) -> Void) {
    Thread { [listener] in
      while true {
        let descriptor = Glibc.accept(listener.descriptor, nil, nil)
        guard descriptor >= 0 else { break }
        let connection = SocketConnection(owning: descriptor)
        Thread { serve(connection) }.start()
      }
    }.start()
  }

  private static func tcp4(backlog: Int32 = 256) throws -> (Int32, UInt16) {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let listener = try tcp(AF_INET, &address, backlog)
    return (listener, address.sin_port.bigEndian)
  }

  private static func tcp6() throws -> (Int32, UInt16) {
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_addr = in6addr_loopback
    let listener = try tcp(AF_INET6, &address, 256)
    return (listener, address.sin6_port.bigEndian)
  }

  /// Listens; the address then holds the port that the kernel chose.
  private static func tcp<Address>(_ family: Int32, _ address: inout Address, _ backlog: Int32) throws -> Int32 {
    let listener = socket(family, Int32(SOCK_STREAM.rawValue), 0)
    var size = socklen_t(MemoryLayout<Address>.size)
    let isListening = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, backlog) == 0 && getsockname(listener, $0, &size) == 0
      }
    }
    guard isListening else { throw SocketConnection.Failure(call: "bind") }
    return listener
  }
}
