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
