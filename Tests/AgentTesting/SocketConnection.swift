import Foundation
import Glibc

/// Runs what blocks on a thread of its own: Swift's few are for tests that do not.
package func onThread<T: Sendable>(_ body: @Sendable @escaping () throws -> T) async throws -> T {
  try await withCheckedThrowingContinuation { continuation in
    Thread { continuation.resume(with: Result(catching: body)) }.start()
  }
}

/// One end of a stream, which blocks: its waits end with the other end's acts, and with an error after 20 s.
package final class SocketConnection: Sendable {
  /// A system call that failed.
  package struct Failure: Error {
    /// The call.
    package var call: String
    /// Its error number.
    package var code = errno
  }

  private let descriptor: Int32

  /// Takes over a descriptor.
  init(owning descriptor: Int32) {
    self.descriptor = descriptor
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  /// Connects to a unix socket; with `waits` false, fails where the server's queue is full.
  package convenience init(unix path: String, waits: Bool = true) throws {
    let kind = waits ? SOCK_STREAM.rawValue : SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue
    self.init(owning: socket(AF_UNIX, Int32(kind), 0))
    let result = withUnixAddress(path) { connect(descriptor, $0, $1) }
    guard result == 0 else { throw Failure(call: "connect") }
  }

  deinit { close(descriptor) }

  /// Sends all of it; false when the other end is gone.
  @discardableResult
  package func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Sends all of it; false when the other end is gone.
  @discardableResult
  package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// Receives up to and with a text, or to the end.
  package func receive(upTo end: String) -> String {
    var received: [UInt8] = []
    while !String(decoding: received, as: UTF8.self).contains(end), let part = receive() { received += part }
    return String(decoding: received, as: UTF8.self)
  }

  /// Receives so many bytes, or fewer when the other end ends.
  package func receive(count: Int) -> [UInt8] {
    var received: [UInt8] = []
    while received.count < count, let part = receive() { received += part }
    return received
  }

  /// Receives to the other end's end of sending.
  @discardableResult
  package func receiveAll() -> String {
    var received: [UInt8] = []
    while let part = receive() { received += part }
    return String(decoding: received, as: UTF8.self)
  }

  /// Waits for the other end's closing; false if it does not come within the time.
  package func isClosed(within milliseconds: Int32) -> Bool {
    // POLLRDHUP of poll(2), which Swift's module leaves out.
    var interest = pollfd(fd: descriptor, events: 0x2000, revents: 0)
    return poll(&interest, 1, milliseconds) > 0
  }

  /// Ends the sending side only.
  package func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Makes the end a reset (SO_LINGER of socket(7)) instead of an orderly one.
  package func resetAtEnd() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  private func receive() -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    return count > 0 ? Array(buffer.prefix(count)) : nil
  }
}

func withUnixAddress<T>(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
  }
}
