import AgentHost
import AgentText
import FoundationEssentials
import Logging

/// How log lines look.
enum LogFormat: String, CaseIterable, Sendable {
  case text, json
}

/// Makes log lines: entries of the journal when standard error ends there, else lines with the time; or, when that is
/// wanted, one JSON object a line.
struct AgentLogHandler: LogHandler {
  /// The longest line, in bytes.
  static let lineLimit = 4 << 10

  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level
  private let format: LogFormat
  private let output: LogOutput
  private let isJournalStream: Bool

  init(level: Logger.Level, format: LogFormat, output: LogOutput, isJournalStream: Bool = Journal.isStandardError) {
    logLevel = level
    self.format = format
    self.output = output
    self.isJournalStream = isJournalStream
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }.mapValues { "\($0)" }
    output.write(entry(event.level, "\(event.message)", fields)) { missing in
      entry(.warning, "\(missing) entries are missing here: nobody took them in time", ["missing": "\(missing)"])
    }
  }

  private func entry(_ level: Logger.Level, _ message: String, _ fields: [String: String]) -> [UInt8] {
    let short = PlainText.short(message, length: 2000)
    if output.kind == .journal { return Journal.entry(priority: level.priority, short, fields: fields) }
    // journald takes the priority off the line again.
    let priority = isJournalStream ? "<\(level.priority)>" : ""
    let line =
      switch format {
      case .json: priority + json(level, message, fields)
      case .text where isJournalStream: priority + text(short, fields)
      case .text: "\(Date().ISO8601Format()) \(level.rawValue) " + text(short, fields)
      }
    return Array((PlainText.cut(line, bytes: Self.lineLimit - 1) + "\n").utf8)
  }

  private func text(_ message: String, _ fields: [String: String]) -> String {
    message + fields.sorted { $0.key < $1.key }.map { " \($0.key)=\(PlainText.yaml("\($0.value)"))" }.joined()
  }

  /// Of what is too long for a line, the message is cut and the fields are left out: a cut object could not be read.
  private func json(_ level: Logger.Level, _ message: String, _ fields: [String: String]) -> String {
    var object = fields
    object["time"] = Date().ISO8601Format()
    object["level"] = level.rawValue
    object["message"] = message
    let text = Self.encoded(object)
    guard text.utf8.count >= Self.lineLimit else { return text }
    var short = ["time": object["time"] ?? "", "level": level.rawValue, "left_out": "fields"]
    short["message"] = PlainText.short(message, length: 500)
    return Self.encoded(short)
  }

  private static func encoded(_ object: [String: String]) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let bytes = try? encoder.encode(object) else { return object["message"] ?? "" }
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
