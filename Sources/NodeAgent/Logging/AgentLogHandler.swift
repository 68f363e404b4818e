import AgentHost
import AgentText
import FoundationEssentials
import Logging

/// How log lines look.
enum LogFormat: String, CaseIterable, Sendable {
  case text, json
}

/// Where log lines go.
enum LogSink: Sendable {
  /// A terminal, a file or a pipe: every line has its time.
  case stream
  /// The journal by way of standard error: every line begins with its priority (sd-daemon(3)).
  case journalStream
  /// The journal's own socket: entries with fields.
  case journal

  /// Where standard error ends.
  static var standardError: LogSink {
    guard Journal.isStandardError else { return .stream }
    return Journal.takesFields ? .journal : .journalStream
  }
}

/// Writes log lines: as entries of the journal when standard error ends there, else to standard error with the time;
/// or, when that is wanted, as one JSON object a line.
struct AgentLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level
  private let format: LogFormat
  private let sink: LogSink

  init(level: Logger.Level, format: LogFormat, sink: LogSink) {
    logLevel = level
    self.format = format
    self.sink = sink
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }
    let message = PlainText.short("\(event.message)", length: 2000)
    switch (format, sink) {
    case (.json, .stream): StandardStreams.error(json(event.level, "\(event.message)", fields))
    // journald takes the priority off the line again.
    case (.json, _): StandardStreams.error("<\(event.level.priority)>" + json(event.level, "\(event.message)", fields))
    case (.text, .journal):
      let values = fields.mapValues { "\($0)" }
      guard !Journal.send(priority: event.level.priority, message, fields: values) else { return }
      StandardStreams.error("<\(event.level.priority)>" + text(message, fields))
    case (.text, .journalStream): StandardStreams.error("<\(event.level.priority)>" + text(message, fields))
    case (.text, .stream):
      StandardStreams.error("\(Date().ISO8601Format()) \(event.level.rawValue) " + text(message, fields))
    }
  }

  private func text(_ message: String, _ fields: Logger.Metadata) -> String {
    message + fields.sorted { $0.key < $1.key }.map { " \($0.key)=\(PlainText.yaml("\($0.value)"))" }.joined()
  }

  private func json(_ level: Logger.Level, _ message: String, _ fields: Logger.Metadata) -> String {
    var object = fields.mapValues { "\($0)" }
    object["time"] = Date().ISO8601Format()
    object["level"] = level.rawValue
    object["message"] = message
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let bytes = try? encoder.encode(object) else { return message }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension Logger.Level {
  /// The syslog priority (RFC 5424, 6.2.1).
  fileprivate var priority: Int {
    switch self {
    case .critical: 2
    case .error: 3
    case .warning: 4
    case .notice: 5
    case .info: 6
    case .debug, .trace: 7
    }
  }
}
