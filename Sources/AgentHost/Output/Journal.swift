import AgentText
import CLinux
import Glibc

/// The system's journal, where standard error ends in it (systemd-journald.service(8)).
package enum Journal {
  private static let socket = "/run/systemd/journal/socket"
  /// The longest message and the most of all fields, in bytes: what is over is left out, and the entry says what. Far
  /// below what a datagram may hold, so that no file has to be passed.
  static let (messageLimit, fieldsLimit) = (4 << 10, 16 << 10)

  /// Whether standard error goes to the journal: JOURNAL_STREAM names that very stream, not one that was redirected
  /// since (systemd.exec(5)).
  package static var isStandardError: Bool {
    var file = stat()
    guard let value = getenv("JOURNAL_STREAM"), fstat(STDERR_FILENO, &file) == 0 else { return false }
    return matches(String(cString: value), device: UInt64(file.st_dev), inode: UInt64(file.st_ino))
  }

  /// Whether its own socket takes entries, which can have fields.
  package static var takesFields: Bool { access(socket, W_OK) == 0 }

  /// Hands an entry to journald's own socket without waiting; 0, or the error number.
  static func send(_ entry: [UInt8], by descriptor: CInt) -> CInt {
    clinux_datagram_send(descriptor, socket, entry, entry.count)
  }

  /// An entry in journald's own form (systemd.io/JOURNAL_NATIVE_PROTOCOL): `NAME=value`, or the name, the length in 8
  /// bytes and the value where that has a line break.
  ///
  /// - Parameters:
  ///   - priority: as in syslog(3), 0 to 7.
  ///   - fields: further fields; what is no name of a field there is made one.
  package static func entry(priority: Int, _ message: String, fields: [String: String]) -> [UInt8] {
    var entry: [UInt8] = []
    add("MESSAGE", PlainText.cut(message, bytes: messageLimit), to: &entry)
    add("PRIORITY", "\(priority)", to: &entry)
    add("SYSLOG_IDENTIFIER", "nodeagent", to: &entry)
    add("SYSLOG_PID", "\(getpid())", to: &entry)
    var leftOut: [String] = []
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
      if entry.count + name.utf8.count + value.utf8.count > fieldsLimit {
        leftOut.append(name)
      } else {
        add(fieldName(name), value, to: &entry)
      }
    }
    if !leftOut.isEmpty {
      add("NODEAGENT_LEFT_OUT", PlainText.cut(leftOut.joined(separator: " "), bytes: 256), to: &entry)
    }
    return entry
  }

  private static func add(_ name: String, _ value: String, to entry: inout [UInt8]) {
    entry += name.utf8
    if value.utf8.contains(UInt8(ascii: "\n")) {
      entry.append(UInt8(ascii: "\n"))
      withUnsafeBytes(of: UInt64(value.utf8.count).littleEndian) { entry += $0 }
    } else {
      entry.append(UInt8(ascii: "="))
    }
    entry += value.utf8
    entry.append(UInt8(ascii: "\n"))
  }

  /// `NODEAGENT_` and the name in the letters that journald allows (systemd.journal-fields(7)).
  static func fieldName(_ name: String) -> String {
    let letters = name.uppercased().utf8.map { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
      default: UInt8(ascii: "_")
      }
    }
    return "NODEAGENT_" + String(decoding: letters.prefix(54), as: UTF8.self)
  }

  /// Whether the value of JOURNAL_STREAM, `DEVICE:INODE`, names a file.
  static func matches(_ stream: String, device: UInt64, inode: UInt64) -> Bool {
    let numbers = stream.split(separator: ":", omittingEmptySubsequences: false).map { UInt64($0) }
    return numbers == [device, inode]
  }
}
