import AgentCore
import AgentText
import CLinux
import CSystemd
import Glibc

/// The service manager that started the agent, told how it lives (sd_notify(3)); silent where none listens.
package struct ServiceManager: Sendable {
  /// What it is told.
  package enum Message: Sendable, Hashable {
    /// The start, or a reload, is over.
    case ready
    /// A reload begins, at this time of CLOCK_MONOTONIC, microseconds.
    case reloading(monotonicMicroseconds: UInt64)
    /// The end begins.
    case stopping
    /// The agent lives.
    case watchdog
    /// One line for `systemctl status`.
    case status(String)
    /// The next message comes within this time, however long the start has taken already.
    case extendTimeout(Duration)

    /// A reload begins now.
    package static var reloadingNow: Message {
      .reloading(monotonicMicroseconds: UInt64(clamping: clinux_nanoseconds(CLOCK_MONOTONIC) / 1000))
    }
  }

  /// Longer status lines are cut.
  private static let statusLength = 300

  /// Within this time it must be told again that the agent lives; nil when it does not watch (sd_watchdog_enabled(3)).
  package let watchdogInterval: Duration?

  /// Reads what the manager left in the environment.
  package init() {
    var microseconds: UInt64 = 0
    watchdogInterval = sd_watchdog_enabled(0, &microseconds) > 0 ? .microseconds(microseconds) : nil
  }

  /// Tells it everything at once.
  ///
  /// - Throws: ``SystemCallError`` when its socket takes nothing.
  package func tell(_ messages: [Message]) throws(SystemCallError) {
    guard let path = getenv("NOTIFY_SOCKET").map({ String(cString: $0) }), !path.isEmpty else { return }
    let socket = clinux_datagram_socket()
    guard socket >= 0 else { throw SystemCallError("socket", code: errno) }
    defer { close(socket) }
    let bytes = Array(Self.text(messages).utf8)
    // Without waiting, as sd_notify(3) would for a manager that is stopped.
    let code = clinux_datagram_send(socket, path, bytes, bytes.count)
    if code != 0 { throw SystemCallError("sendto", code: code) }
  }

  /// The assignments, a line for each.
  static func text(_ messages: [Message]) -> String { messages.map(line).joined(separator: "\n") }

  private static func line(_ message: Message) -> String {
    switch message {
    case .ready: "READY=1"
    case .reloading(let time): "RELOADING=1\nMONOTONIC_USEC=\(time)"
    case .stopping: "STOPPING=1"
    case .watchdog: "WATCHDOG=1"
    // A line break in it would be an assignment of its own.
    case .status(let text): "STATUS=\(PlainText.short(text, length: statusLength))"
    case .extendTimeout(let time): "EXTEND_TIMEOUT_USEC=\(max(0, time.wholeNanoseconds / 1000))"
    }
  }
}
