import CLinux
import Glibc

/// The terminal that the agent prints to, if any.
package enum Terminal {
  /// Whether standard output is a terminal (isatty(3)).
  package static var isInteractive: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Columns of the terminal; 80 when there is none.
  package static var width: Int {
    let columns = clinux_terminal_width(STDOUT_FILENO)
    return columns > 0 ? Int(columns) : 80
  }

  /// Whether the user asked for no colour (https://no-color.org: set and not empty) or has a terminal without it.
  package static var refusesColor: Bool {
    let noColor = environment("NO_COLOR") ?? ""
    return !noColor.isEmpty || environment("TERM") == "dumb"
  }

  private static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
