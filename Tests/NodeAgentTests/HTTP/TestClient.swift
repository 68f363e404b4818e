import Glibc

/// A client that sends bytes as they are and blocks until something is received: its waits end with the server's acts.
final class TestClient {
  /// The system says that something failed; a receive that waits for 20 s fails as well, so that no test hangs.
  struct Failure: Error {
    var call: String
    var code = errno
  }

  /// A parsed answer.
  struct Answer: Equatable {
    var statusLine: String
    var fields: [String: String]
    var body: String
    var status: Int { statusLine.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0 }
  }

  private let descriptor: Int32
  private var received: [UInt8] = []
  /// Whether the server tore the connection down instead of ending it.
  private(set) var isReset = false

  /// Connects to a port of `127.0.0.host`.
  init(host: UInt32 = 1, port: UInt16, receiveBuffer: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(call: "socket") }
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    if var receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = (0x7f00_0000 | host).bigEndian
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Failure(call: "connect") }
  }

  deinit { close(descriptor) }

  func send(_ text: String) throws {
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failure(call: "send") }
      sent += count
    }
  }

  /// Sends until a stretch of `milliseconds` goes by in which the server takes nothing; false if it takes everything.
  func sendingStalls(_ text: String, milliseconds: Int) throws -> Bool {
    var patience = timeval(tv_sec: 0, tv_usec: milliseconds * 1000)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    do {
      try send(text)
      return false
    } catch let failure as Failure where failure.code == EAGAIN {
      return true
    }
  }

  /// Waits for the server's whole end, beyond the end of its sending: only then are further bytes answered by a reset.
  func isTornDown(within milliseconds: Int32 = 5000) throws -> Bool {
    try send("x")
    var interest = pollfd(fd: descriptor, events: 0, revents: 0)
    poll(&interest, 1, milliseconds)
    return interest.revents & Int16(POLLHUP | POLLERR) != 0
  }

  func closeSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Receives one answer; of an answer to HEAD only the head.
  func answer(toHead: Bool = false) throws -> Answer {
    while true {
      if let end = headEnd() {
        let lines = String(decoding: received[..<(end - 4)], as: Unicode.UTF8.self).split(separator: "\r\n")
        let pairs = lines.dropFirst().map { $0.split(separator: ":", maxSplits: 1) }
        let fields = Dictionary(
          uniqueKeysWithValues: pairs.map { ($0[0].lowercased(), String($0[1].drop { $0 == " " })) })
        let length = toHead ? 0 : fields["content-length"].flatMap { Int($0) } ?? 0
        if received.count >= end + length {
          defer { received.removeFirst(end + length) }
          let body = String(decoding: received[end..<(end + length)], as: Unicode.UTF8.self)
          return Answer(statusLine: String(lines[0]), fields: fields, body: body)
        }
      }
      guard try receive() else { throw Failure(call: "end of connection", code: 0) }
    }
  }

  func get(_ path: String) throws -> Answer {
    try send("GET \(path) HTTP/1.1\r\nHost: test\r\n\r\n")
    return try answer()
  }

  /// Waits until the server closes; returns what had not been looked at.
  func end() throws -> String {
    while try receive() {}
    return String(decoding: received, as: Unicode.UTF8.self)
  }

  /// Waits for a first byte of an answer.
  func beginning() throws {
    while received.isEmpty { guard try receive() else { throw Failure(call: "end of connection", code: 0) } }
  }

  private func headEnd() -> Int? {
    received.indices.dropFirst(3).first { received[($0 - 3)...$0].elementsEqual("\r\n\r\n".utf8) }.map { $0 + 1 }
  }

  /// Receives something; false at the end, also when the server resets the connection.
  private func receive() throws -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    isReset = count < 0 && errno == ECONNRESET
    if count < 0, !isReset { throw Failure(call: "recv") }
    received += buffer.prefix(max(count, 0))
    return count > 0
  }
}
