package import AgentCore
package import AgentHost

/// Whether something was seen on the host that makes a check apply.
package enum Sign: Sendable, Equatable {
  /// It was, there.
  case seen(Evidence)
  /// It was not; the reason in words, as it stands after "skipped:".
  case notSeen(String)
  /// The file that would tell cannot be read, or what it says cannot be understood.
  case hidden(Evidence)

  /// The file that would tell cannot be read.
  package static func hidden(_ error: FileError) -> Sign { .hidden(Evidence(error.path, error.text)) }

  /// The first place where it was seen, else the first that is hidden, else not seen.
  package static func any(_ signs: [Sign], else reason: String) -> Sign {
    var hidden: Sign?
    for sign in signs {
      switch sign {
      case .seen: return sign
      case .hidden: hidden = hidden ?? sign
      case .notSeen: continue
      }
    }
    return hidden ?? .notSeen(reason)
  }
}
