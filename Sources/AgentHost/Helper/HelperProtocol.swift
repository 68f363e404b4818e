import FoundationEssentials

/// What the agent and its helper say to each other: one question and one answer per connection, each a line of JSON.
///
///     {"request":"crio-info","version":1}
///     {"facts":{…},"version":1}    or    {"error":"…","version":1}
enum HelperProtocol {
  /// The version of questions and answers. Another one is refused: both ends are of the same package.
  static let version = 1
  /// The helper's socket, root:nodeagent 0660.
  static let socket = "/run/nodeagent/helper.sock"
  /// The unit that makes the socket and starts the helper.
  static let unit = "nodeagent-helper.socket"
  /// The longest question, in bytes.
  static let questionLimit = 4 << 10
  /// The longest answer, in bytes.
  static let answerLimit = 64 << 10
  /// The time in which a whole question must arrive.
  static let questionTime = Duration.seconds(1)
  /// The time in which an answer must be made and taken.
  static let answerTime = Duration.seconds(10)
  /// The time after which the agent no longer waits for an answer: just over what the helper's own probes may take.
  static let patience = Duration.milliseconds(2750)

  /// What the agent asks.
  struct Question: Codable, Equatable {
    var request: String
    /// What the request is about, where there is a choice: the number of a file system.
    var about: String?
    var version = HelperProtocol.version
  }

  /// What the helper answers: facts, or an error in words.
  struct Answer<Facts: Codable>: Codable {
    var facts: Facts?
    var error: String?
    var version = HelperProtocol.version
  }

  /// One line.
  static func line(_ message: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let text = try? encoder.encode(message) else { return error("the answer is no JSON") }
    return Array(text) + [UInt8(ascii: "\n")]
  }

  /// The line of an answer without facts.
  static func error(_ words: String) -> [UInt8] { line(Answer<String>(error: words)) }

  /// Reads a line; nil for what is none of these messages.
  static func read<Message: Decodable>(_ line: [UInt8], as type: Message.Type = Message.self) -> Message? {
    try? JSONDecoder().decode(Message.self, from: Data(line))
  }
}
