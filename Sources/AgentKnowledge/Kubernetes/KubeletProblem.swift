import AgentHost

/// Why a part of the kubelet's configuration is not known.
package struct KubeletProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file, with `:LINE:COLUMN` where the mistake has a place.
  package var source: String
  /// What is wrong, in words.
  package var message: String
  /// Whether only the agent may not read it, so that it says nothing of the kubelet.
  package var isHidden: Bool

  /// Makes a problem.
  package init(_ source: String, _ message: String, isHidden: Bool = false) {
    self.source = source
    self.message = message
    self.isHidden = isHidden
  }

  init(_ error: FileError) {
    let isHidden =
      switch error.reason {
      case .permissionDenied, .tooLarge, .system: true
      default: false
      }
    self.init(error.path, error.text, isHidden: isHidden)
  }

  /// Source and message.
  package var description: String { "\(source): \(message)" }
}
