import AgentCore

extension Duration {
  /// An age as people say it, cut to a whole unit: `45 s`, `12 min`, `3 h`, `5 d`.
  package var spoken: String {
    let seconds = Int(inSeconds)
    return switch seconds {
    case ..<120: "\(seconds) s"
    case ..<7200: "\(seconds / 60) min"
    case ..<172_800: "\(seconds / 3600) h"
    default: "\(seconds / 86_400) d"
    }
  }

  /// A limit without loss down to milliseconds: `1 s`, `250 ms`.
  package var spokenExactly: String {
    let (seconds, attoseconds) = components
    return attoseconds == 0 ? "\(seconds) s" : "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000) ms"
  }
}
