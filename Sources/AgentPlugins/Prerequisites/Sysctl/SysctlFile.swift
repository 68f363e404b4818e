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

/// The name of a kernel parameter, in the one form that all ways of writing it lead to.
///
/// As systemd-sysctl normalises it (sysctl.d(5)): if the first separator is a dot, dots separate and slashes stand for
/// dots (`net.ipv4.conf.enp3s0/200.forwarding`); if it is a slash, the name is a path already.
struct SysctlName: Hashable, Comparable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
  /// The path below /proc/sys, without a leading slash; may hold a glob.
  let path: String

  init(_ text: some StringProtocol) {
    let swapped = text.first { $0 == "." || $0 == "/" } == "." ? Self.swapped(text) : String(text)
    path = swapped.split(separator: "/").joined(separator: "/")
  }

  init(stringLiteral text: String) { self.init(text) }

  /// The name as sysctl(8) prints it.
  var description: String { Self.swapped(path) }

  /// The file that holds the value.
  var file: String { "/proc/sys/\(path)" }

  /// Whether it stands for several parameters (glob(7)).
  var isGlob: Bool { path.contains { "*?[".contains($0) } }

  static func < (left: SysctlName, right: SysctlName) -> Bool { left.path < right.path }

  private static func swapped(_ text: some StringProtocol) -> String {
    String(text.map { $0 == "." ? "/" : $0 == "/" ? "." : $0 })
  }
}
