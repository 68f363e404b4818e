import AgentHost
import ArgumentParser
import Logging

/// `nodeagent run`
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Watches the host and serves Prometheus metrics.",
    discussion: """
      GET /metrics, /healthz, /readyz and /status (the report as JSON, for this host only unless 'status: public').
      A scrape shows the last state and never touches the host. SIGTERM and Ctrl-C end it.
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

  func run() throws {
    Signals.block()
    let (observing, listen) = (observing, listen)
    let (level, format) = (logLevel.level, logFormat)
    let isJournal = Terminal.isJournal
    let logger = Logger(label: "nodeagent") { _ in
      AgentLogHandler(level: level, format: format, isJournal: isJournal)
    }
    try CommandRunner.run { loop in
      let signals = Signals(loop: loop)
      let ending = try await signals.ending()
      let session = try await SessionBuilder(options: observing, loop: loop, isLasting: true).build()
      return try await Daemon(session: session, loop: loop, logger: logger).run(listen: listen, until: ending)
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
