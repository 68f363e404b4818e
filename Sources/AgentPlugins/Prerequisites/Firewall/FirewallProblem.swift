import AgentHost

/// Something about a firewall that could not be seen.
struct FirewallProblem: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file or directory.
  var source: String
  /// The reason in words.
  var text: String

  init(_ source: String, _ text: String) {
    self.source = source
    self.text = text
  }

  init(_ error: FileError) { self.init(error.path, error.text) }

  /// Source and reason.
  var description: String { "\(source): \(text)" }
}
