import Foundation
import Glibc

/// A unix datagram socket that receives, as systemd's for sd_notify(3); a wait ends with an error after 60 s.
package final class DatagramSocket: Sendable {
  private let descriptor: Int32

  /// Binds to an absolute path, whose directory must exist.
  package init(_ path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var patience = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    guard withUnixAddress(path, { bind(descriptor, $0, $1) }) == 0 else {
      throw SocketConnection.Failure(call: "bind \(path)")
    }
  }

  deinit { close(descriptor) }

  /// Waits for the next datagram.
  package func receive() throws -> String {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count >= 0 else { throw SocketConnection.Failure(call: "recv") }
    return String(decoding: buffer.prefix(count), as: UTF8.self)
  }

  /// Receives up to and with the first datagram that has a line.
  package func receive(upTo line: String) throws -> [String] {
    var received: [String] = []
    repeat {
      received.append(try receive())
    } while received.last?.split(separator: "\n").contains(Substring(line)) == false
    return received
  }
}
