import AgentCore
import Logging

/// Writes announced changes to the log.
struct TransitionLog: Sendable {
  let logger: Logger

  func write(_ transitions: [Transition]) {
    for transition in transitions {
      let verdict = transition.verdict
      var fields: Logger.Metadata = ["check": "\(verdict.check)", "state": "\(verdict.state.rawValue)"]
      if !verdict.subject.isEmpty { fields["subject"] = "\(verdict.subject)" }
      if let from = transition.from { fields["from"] = "\(from.rawValue)" }
      logger.log(
        level: verdict.state.level, "\(verdict.key) is \(verdict.state.rawValue): \(verdict.summary)", metadata: fields)
    }
  }
}

extension CheckState {
  fileprivate var level: Logger.Level {
    switch self {
    case .failing: .error
    case .warning, .unknown: .warning
    case .ok, .skipped: .notice
    }
  }
}
