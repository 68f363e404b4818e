import CLinux
import CSystemd
import Glibc

/// The system's journal, where standard error ends in it (systemd-journald.service(8)).
package enum Journal {
  private static let socket = "/run/systemd/journal/socket"

  /// Whether standard error goes to the journal: JOURNAL_STREAM names that very stream, not one that was redirected
  /// since (systemd.exec(5)).
  package static var isStandardError: Bool {
    var file = stat()
    guard let value = getenv("JOURNAL_STREAM"), fstat(STDERR_FILENO, &file) == 0 else { return false }
    return matches(String(cString: value), device: UInt64(file.st_dev), inode: UInt64(file.st_ino))
  }

  /// Whether its own socket takes entries, which can have fields.
  package static var takesFields: Bool { access(socket, W_OK) == 0 }

  /// Writes an entry (sd_journal_sendv(3)); false when the journal did not take it.
  ///
  /// - Parameters:
  ///   - priority: as in syslog(3), 0 to 7.
  ///   - fields: further fields; what is no name of a field there is made one.
  package static func send(priority: Int, _ message: String, fields: [String: String]) -> Bool {
    var entry = [
      "MESSAGE=\(message)", "PRIORITY=\(priority)", "SYSLOG_IDENTIFIER=nodeagent", "SYSLOG_PID=\(getpid())",
    ]
    entry += fields.sorted { $0.key < $1.key }.map { "\(fieldName($0.key))=\($0.value)" }
    let texts = entry.map { Array($0.utf8) }
    return send(texts[...], []) >= 0
  }

  /// Every text must lie still while its address is used, so they are opened one inside the other.
  private static func send(_ texts: ArraySlice<[UInt8]>, _ vectors: [iovec]) -> CInt {
    guard var text = texts.first else { return sd_journal_sendv(vectors, CInt(vectors.count)) }
    return text.withUnsafeMutableBytes { bytes in
      send(texts.dropFirst(), vectors + [iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)])
    }
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
