package import AgentText

/// The TCP sockets that wait for connections, from /proc/net/tcp and /proc/net/tcp6 (proc_pid_net(5)): those of the
/// network namespace that the agent runs in, each with its user and inode.
///
/// The tables hold a line for every connection too, on a busy load balancer tens of megabytes: they are searched as
/// bytes, and only the lines of listening sockets are decoded.
package struct ListeningSockets: Sendable, Equatable {
  /// One listening socket.
  package struct Socket: Sendable, Hashable {
    /// The address that it is bound to; 0.0.0.0 or :: for every one.
    package var address: IPAddress
    /// Its port.
    package var port: UInt16
    /// The user that made it.
    package var userID: UInt32
    /// Its inode, by which the process that holds it is found.
    package var inode: UInt64

    /// Makes a socket.
    package init(address: IPAddress, port: UInt16, userID: UInt32, inode: UInt64) {
      self.address = address
      self.port = port
      self.userID = userID
      self.inode = inode
    }
  }

  private static let table4 = "/proc/net/tcp"
  private static let table6 = "/proc/net/tcp6"

  /// The sockets, in the order of the tables.
  package var sockets: [Socket]

  /// Reads the tables; IPv6 may be absent from a kernel, IPv4 may not.
  package init(reading files: HostFiles) throws(FileError) {
    sockets = Self.parse(try files.bytes(Self.table4, limit: .kernel))
    sockets += Self.parse(try files.bytesIfPresent(Self.table6, limit: .kernel) ?? [])
  }

  /// The listening sockets of a table; lines that are none are passed over.
  static func parse(_ table: [UInt8]) -> [Socket] {
    table.withUnsafeBytes { bytes in
      var found: [Socket] = []
      var start = 0
      while start < bytes.count {
        let end = LineWalker.lineEnd(from: start, in: bytes)
        var line = SocketLine(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        if let socket = line.listeningSocket() { found.append(socket) }
        start = end + 1
      }
      return found
    }
  }
}

/// A line of /proc/net/tcp: number, local and remote address, state, queues, timer, retransmissions, user, timeout,
/// inode and more (Documentation/networking/proc_net_tcp.rst of the kernel).
private struct SocketLine {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The socket of a line whose state is 0A, TCP_LISTEN; nil for any other line.
  mutating func listeningSocket() -> ListeningSockets.Socket? {
    skipWords(1)
    let local = word()
    skipWords(1)
    guard isListening(word()) else { return nil }
    skipWords(3)
    let user = word()
    skipWords(1)
    guard let (address, port) = endpoint(local), let user = UInt32(text(user)), let inode = UInt64(text(word())) else {
      return nil
    }
    return ListeningSockets.Socket(address: address, port: port, userID: user, inode: inode)
  }

  private mutating func word() -> Range<Int> {
    while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
    let start = position
    while position < bytes.count, bytes[position] != UInt8(ascii: " ") { position += 1 }
    return start..<position
  }

  private mutating func skipWords(_ count: Int) {
    for _ in 0..<count { _ = word() }
  }

  private func isListening(_ word: Range<Int>) -> Bool {
    word.count == 2 && bytes[word.lowerBound] == UInt8(ascii: "0") && bytes[word.lowerBound + 1] == UInt8(ascii: "A")
  }

  private func text(_ word: Range<Int>) -> String { String(decoding: bytes[word], as: UTF8.self) }

  /// `0100007F:1F90`: each 32 bits of the address as a number of the machine, little-endian on every supported one.
  private func endpoint(_ word: Range<Int>) -> (IPAddress, UInt16)? {
    let parts = text(word).split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].utf8.count == 4, let port = UInt16(parts[1], radix: 16) else { return nil }
    switch parts[0].utf8.count {
    case 8: return UInt32(parts[0], radix: 16).map { (IPAddress(v4: $0.byteSwapped), port) }
    case 32: return Self.address6(parts[0]).map { ($0, port) }
    default: return nil
    }
  }

  private static func address6(_ text: Substring) -> IPAddress? {
    guard let number = UInt128(text, radix: 16) else { return nil }
    let words = stride(from: 96, through: 0, by: -32).map { UInt32(truncatingIfNeeded: number >> UInt128($0)) }
    return IPAddress(v6: words.reduce(0) { $0 << 32 | UInt128($1.byteSwapped) })
  }
}
