import AgentHost
import ArgumentParser

/// How the program ends when a command threw: the message, the stream that it goes to, and the exit status.
struct CommandExit {
  private let error: any Error
  private let arguments: [String]

  /// - Parameter arguments: the whole command line, since a command that could not be parsed does not say what it wanted.
  init(_ error: any Error, arguments: [String]) {
    self.error = error
    self.arguments = arguments
  }

  func leave() -> Never {
    // A request for help is no mistake, and a command that ends with a status has said what it had to say.
    guard NodeAgent.exitCode(for: error) != .success, !(error is ExitCode) else { NodeAgent.exit(withError: error) }
    let own = error as? CommandError
    if Self.wantsNagios(arguments) {
      StandardStreams.output(NagiosReport.complaint(own?.message ?? NodeAgent.message(for: error)))
      NodeAgent.exit(withError: ExitCode(NagiosReport.unknown))
    }
    guard let own else { NodeAgent.exit(withError: error) }
    StandardStreams.complaint(own.message)
    NodeAgent.exit(withError: own.exitCode)
  }

  /// Whether `doctor` was asked for Nagios's form, in any of the ways in which an option can be written.
  static func wantsNagios(_ arguments: [String]) -> Bool {
    let words = arguments.dropFirst()
    guard words.contains("doctor") else { return false }
    let joined = ["--output=nagios", "-o=nagios", "-onagios"]
    return words.contains(where: joined.contains)
      || zip(words, words.dropFirst()).contains { name, value in
        value == "nagios" && (name == "--output" || name.hasPrefix("-") && !name.hasPrefix("--") && name.hasSuffix("o"))
      }
  }
}
