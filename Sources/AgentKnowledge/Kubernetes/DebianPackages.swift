import AgentText

/// Debian's record of installed packages (/var/lib/dpkg/status, deb-control(5)).
///
/// The file holds 1 to 10 MB, so it is searched as bytes and nothing of it is kept.
package enum DebianPackages {
  /// Where dpkg keeps its record.
  package static let statusPath = "/var/lib/dpkg/status"

  /// The version of a package that is unpacked and configured; nil for any other state and for no such package.
  package static func installedVersion(of package: String, inStatus status: [UInt8]) -> String? {
    status.withUnsafeBytes { bytes in
      for stanza in stanzas(of: package, in: bytes) {
        let fields = String(decoding: stanza, as: UTF8.self).split(whereSeparator: \.isNewline)
        let state = value("Status", in: fields)?.split(separator: " ").last
        if state == "installed" { return value("Version", in: fields) }
      }
      return nil
    }
  }

  /// The lines from `Package: NAME` to the next empty line; more than one with several architectures.
  private static func stanzas(of package: String, in bytes: UnsafeRawBufferPointer) -> [UnsafeRawBufferPointer] {
    let wanted = Array("Package: \(package)".utf8)
    var found: [UnsafeRawBufferPointer] = []
    var start = 0
    while start < bytes.count {
      let end = LineWalker.lineEnd(from: start, in: bytes)
      if line(start, end, of: bytes).elementsEqual(wanted) {
        let last = stanzaEnd(from: start, in: bytes)
        found.append(UnsafeRawBufferPointer(rebasing: bytes[start..<last]))
        start = last
      } else {
        start = end + 1
      }
    }
    return found
  }

  private static func stanzaEnd(from start: Int, in bytes: UnsafeRawBufferPointer) -> Int {
    var position = start
    while position < bytes.count {
      let end = LineWalker.lineEnd(from: position, in: bytes)
      if line(position, end, of: bytes).isEmpty { return position }
      position = end + 1
    }
    return bytes.count
  }

  private static func line(_ start: Int, _ end: Int, of bytes: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer>
  {
    let hasReturn = end > start && bytes[end - 1] == UInt8(ascii: "\r")
    return bytes[start..<(hasReturn ? end - 1 : end)]
  }

  private static func value(_ field: String, in lines: [Substring]) -> String? {
    lines.first { $0.hasPrefix(field + ": ") }.map { String($0.dropFirst(field.count + 2)) }
  }
}
