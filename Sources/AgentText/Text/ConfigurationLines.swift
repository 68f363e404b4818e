/// The lines of a file as systemd's read_line() takes them (src/basic/fileio.c of 252 and 257).
package enum ConfigurationLines {
  /// Newline, carriage return and NUL all end a line; the first two may stand together. Blanks at both ends of a line
  /// are gone; empty lines stay, so that the index tells the number.
  package static func split(_ content: [UInt8]) -> [Substring] {
    var lines: [Substring] = []
    var line: [UInt8] = []
    var ends: LineEnds = []
    for byte in content {
      let end = LineEnds(byte)
      if ends.contains(.zero) || (end.isEmpty ? !ends.isEmpty : ends.contains(end)) {
        lines.append(String(decoding: line, as: UTF8.self)[...].withoutBlanks)
        line.removeAll(keepingCapacity: true)
        ends = []
      }
      if end.isEmpty { line.append(byte) } else { ends.formUnion(end) }
    }
    if !line.isEmpty || !ends.isEmpty { lines.append(String(decoding: line, as: UTF8.self)[...].withoutBlanks) }
    return lines
  }

  /// The ends of line that stand after a line.
  private struct LineEnds: OptionSet {
    let rawValue: UInt8

    static let zero = LineEnds(rawValue: 1)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(_ byte: UInt8) {
      switch byte {
      case 0: self = .zero
      case UInt8(ascii: "\n"): rawValue = 2
      case UInt8(ascii: "\r"): rawValue = 4
      default: rawValue = 0
      }
    }
  }
}
