import AgentText

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
    ConfigurationLines.split(content).enumerated().compactMap { index, line in
      assignment(line).map { name, value in
        SysctlAssignment(name: SysctlName(name), value: value.map(String.init), path: path, line: index + 1)
      }
    }
  }

  /// `NAME = VALUE`, `-NAME = VALUE` (a failure to write is ignored), `-NAME`; anything else says nothing.
  private static func assignment(_ line: Substring) -> (name: Substring, value: Substring?)? {
    guard let first = line.first, first != "#", first != ";" else { return nil }
    let body = first == "-" ? line.dropFirst() : line
    guard let equals = body.firstIndex(of: "=") else { return first == "-" ? (body.withoutBlanks, nil) : nil }
    return (body[..<equals].withoutBlanks, body[body.index(after: equals)...].withoutBlanks)
  }
}
