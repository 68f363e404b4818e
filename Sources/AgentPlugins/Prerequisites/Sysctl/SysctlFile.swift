/// One line of a sysctl.d file that says something.
struct SysctlAssignment: Sendable, Equatable {
  var name: SysctlName
  /// nil for `-NAME` without a value, which only keeps globs from NAME.
  var value: String?
  /// The file and the line, counted from 1.
  var path: String
  var line: Int

  var source: String { "\(path):\(line)" }
  var text: String { value.map { "\(name) = \($0)" } ?? "-\(name)" }
}

/// Reads the text of a sysctl.d file as systemd-sysctl does (src/sysctl/sysctl.c of 252 and 257).
enum SysctlFile {
  static func parse(_ content: [UInt8], path: String) -> [SysctlAssignment] {
    lines(content).enumerated().compactMap { index, line in
      assignment(line.trimmed).map { name, value in
        SysctlAssignment(name: SysctlName(name), value: value.map(String.init), path: path, line: index + 1)
      }
    }
  }

  /// `NAME = VALUE`, `-NAME = VALUE` (a failure to write is ignored), `-NAME`; anything else says nothing.
  private static func assignment(_ line: Substring) -> (name: Substring, value: Substring?)? {
    guard let first = line.first, first != "#", first != ";" else { return nil }
    let body = first == "-" ? line.dropFirst() : line
    guard let equals = body.firstIndex(of: "=") else { return first == "-" ? (body.trimmed, nil) : nil }
    return (body[..<equals].trimmed, body[body.index(after: equals)...].trimmed)
  }

  /// Newline, carriage return and NUL all end a line; the first two may stand together (systemd's read_line()).
  private static func lines(_ content: [UInt8]) -> [Substring] {
    var lines: [Substring] = []
    var line: [UInt8] = []
    var ends: LineEnds = []
    for byte in content {
      let end = LineEnds(byte)
      if ends.contains(.zero) || (end.isEmpty ? !ends.isEmpty : ends.contains(end)) {
        lines.append(String(decoding: line, as: UTF8.self)[...])
        line.removeAll(keepingCapacity: true)
        ends = []
      }
      if end.isEmpty { line.append(byte) } else { ends.formUnion(end) }
    }
    if !line.isEmpty || !ends.isEmpty { lines.append(String(decoding: line, as: UTF8.self)[...]) }
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

extension Substring {
  /// Without blanks at its ends.
  fileprivate var trimmed: Substring {
    let start = drop { $0 == " " || $0 == "\t" }
    let blanks = start.reversed().prefix { $0 == " " || $0 == "\t" }.count
    return start.dropLast(blanks)
  }
}
