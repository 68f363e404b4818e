import AgentHost
import ArgumentParser
import Logging

/// `nodeagent run`
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Watches the host and serves Prometheus metrics.",
    discussion: """
      GET /metrics, /healthz, /readyz and /status (the report as JSON, for this host only unless 'status: public').
      A scrape shows the last state and never touches the host. SIGTERM and Ctrl-C end it. SIGHUP (systemctl reload)
      reads the configuration again; when that is wrong, the one before stays in force and the log says why.
      """)

  @OptionGroup var observing: ObservingOptions

  @Option(
    help: "Address and port of the HTTP server, as 127.0.0.1:19100 or [::]:19100. May be repeated.",
    transform: { text in
      do { return try ListenAddress(parsing: text) } catch { throw ValidationError("\(error)") }
    })
  var listen: [ListenAddress] = []

  @Option(help: "Least level that is logged.")
  var logLevel = LogLevel.info

  @Option(help: "Form of the log on standard error.")
  var logFormat = LogFormat.text

  @Option(help: .private)
  var testHang: HangTarget?

  func run() throws {
    Signals.block()
    let (observing, listen, hang) = (observing, listen, testHang)
    let (level, format) = (logLevel.level, logFormat)
    try CommandRunner.run { loop in
      let log = LogOutput(loop: loop, wantsFields: format == .text)
      let handler = AgentLogHandler(level: level, format: format, output: log)
      let logger = Logger(label: "nodeagent") { _ in handler }
      let signals = Signals(loop: loop)
      let ending = try await signals.ending()
      let reloads = try await signals.reloads()
      let daemon = Daemon(options: observing, listen: listen, hang: hang, loop: loop, logger: logger, log: log)
      return try await daemon.run(until: ending, reloads: reloads)
    }
  }
}

/// The levels that the log has for users.
enum LogLevel: String, CaseIterable, ExpressibleByArgument {
  case debug, info, notice, warning, error

  var level: Logger.Level {
    switch self {
    case .debug: .debug
    case .info: .info
    case .notice: .notice
    case .warning: .warning
    case .error: .error
    }
  }
}

extension LogFormat: ExpressibleByArgument {}
