/// What a check says of one subject.
package enum CheckState: String, Sendable, Hashable, CaseIterable {
  /// Looked, and all is well.
  case ok
  /// Looked; it works, but something should be done.
  case warning
  /// Looked, and it is broken.
  case failing
  /// Could not look: no permission, timeout, source gone. Never shown as healthy or as broken.
  case unknown
  /// Does not apply here; the summary gives the reason.
  case skipped

  /// The value of `nodeagent_check_state`; nil for what has no series.
  package var metricValue: Double? {
    switch self {
    case .ok: 0
    case .warning: 1
    case .failing: 2
    case .unknown: 3
    case .skipped: nil
    }
  }

  /// Whether an administrator should read it.
  package var isFinding: Bool { self == .warning || self == .failing || self == .unknown }

  /// The order of findings in a report, the most urgent first.
  package var urgency: Int {
    switch self {
    case .failing: 0
    case .unknown: 1
    case .warning: 2
    case .ok: 3
    case .skipped: 4
    }
  }
}
