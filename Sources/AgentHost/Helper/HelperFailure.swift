import AgentText

/// Why the helper gave no facts.
package enum HelperFailure: Error, Hashable, CustomStringConvertible {
  /// Its socket is not there.
  case missing
  /// It gave no answer.
  case silent(ProbeFailureReason)
  /// Its answer is none of the protocol's.
  case malformed
  /// It answered an error.
  case refused(String)

  package init(_ reason: ProbeFailureReason) { self = reason == .missing ? .missing : .silent(reason) }

  /// The failure, as it reads after the helper's name.
  package var description: String {
    switch self {
    case .missing: "is not there"
    case .silent(let reason): "gave no answer: \(reason)"
    case .malformed: "answered something else than asked: is it of the same version as the agent?"
    case .refused(let words): "answered: \(PlainText.short(words))"
    }
  }
}
