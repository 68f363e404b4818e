import FoundationEssentials

/// What the agent and its helper say to each other: one question and one answer per connection, each a line of JSON.
///
///     {"request":"crio-info","version":1}
///     {"facts":{…},"version":1}    or    {"error":"…","version":1}
package enum HelperProtocol {
  /// The version of questions and answers. Another one is refused: both ends are of the same package.
  package static let version = 1
  /// The helper's socket, root:nodeagent 0660.
  package static let socket = "/run/nodeagent/helper.sock"
  /// The unit that makes the socket and starts the helper.
  package static let unit = "nodeagent-helper.socket"
  /// The longest question, in bytes.
  package static let questionLimit = 4 << 10
  /// The longest answer, in bytes.
  package static let answerLimit = 64 << 10
  /// The time in which a whole question must arrive.
  package static let questionTime = Duration.seconds(1)
  /// The time in which an answer must be made and taken.
  package static let answerTime = Duration.seconds(10)
  /// The time after which the agent no longer waits for an answer: just over what the helper's own probes may take.
  package static let patience = Duration.milliseconds(2750)

  /// What the agent asks.
  package struct Question: Codable, Equatable {
    package var request: String
    /// What the request is about, where there is a choice: the number of a file system.
    package var about: String?
    package var version = HelperProtocol.version
  }

  /// What the helper answers: facts, or an error in words.
  package struct Answer<Facts: Codable>: Codable {
    package var facts: Facts?
    package var error: String?
    package var version = HelperProtocol.version

    package init(facts: Facts? = nil, error: String? = nil) {
      self.facts = facts
      self.error = error
    }
  }

  /// One line.
  package static func line(_ message: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let text = try? encoder.encode(message) else { return error("the answer is no JSON") }
    return Array(text) + [UInt8(ascii: "\n")]
  }

  /// The line of an answer without facts.
  package static func error(_ words: String) -> [UInt8] { line(Answer<String>(error: words)) }

  /// Reads a line; nil for what is none of these messages.
  package static func read<Message: Decodable>(_ line: [UInt8], as type: Message.Type = Message.self) -> Message? {
    try? JSONDecoder().decode(Message.self, from: Data(line))
  }
}
