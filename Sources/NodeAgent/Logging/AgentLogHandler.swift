import AgentHost
import FoundationEssentials
import Logging

/// How log lines look.
enum LogFormat: String, CaseIterable, Sendable {
  case text, json
}

/// Writes log lines to standard error: with syslog priorities (sd-daemon(3)) when that is the journal, else with the
/// time; or as one JSON object a line.
struct AgentLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level
  private let format: LogFormat
  private let isJournal: Bool

  init(level: Logger.Level, format: LogFormat, isJournal: Bool) {
    logLevel = level
    self.format = format
    self.isJournal = isJournal
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }
    let line =
      switch format {
      case .text: text(event.level, "\(event.message)", fields)
      case .json: json(event.level, "\(event.message)", fields)
      }
    StandardStreams.error(line)
  }

  private func text(_ level: Logger.Level, _ message: String, _ fields: Logger.Metadata) -> String {
    let pairs = fields.sorted { $0.key < $1.key }.map { " \($0.key)=\(PlainText.yaml("\($0.value)"))" }.joined()
    let head = isJournal ? "<\(level.priority)>" : "\(Date().ISO8601Format()) \(level.rawValue) "
    return head + PlainText.short(message, length: 2000) + pairs
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
