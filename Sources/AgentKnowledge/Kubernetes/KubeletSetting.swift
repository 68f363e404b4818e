import AgentHost

/// One setting as the kubelet takes it.
package enum KubeletSetting<Value> {
  /// Its value, and where it stands: `FILE:LINE`, `--FLAG in FILE`, or `default`.
  case known(Value, source: String)
  /// A file that may set it cannot be read or parsed, or the value has the wrong type.
  case unknown(KubeletProblem)

  /// The value; nil when it is unknown.
  package var value: Value? {
    if case .known(let value, _) = self { value } else { nil }
  }

  /// Where it stands; the file at fault when it is unknown.
  package var source: String {
    switch self {
    case .known(_, let source): source
    case .unknown(let problem): problem.source
    }
  }

  /// Why it is unknown.
  package var problem: KubeletProblem? {
    if case .unknown(let problem) = self { problem } else { nil }
  }
}

extension KubeletSetting: Sendable where Value: Sendable {}
extension KubeletSetting: Equatable where Value: Equatable {}

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
