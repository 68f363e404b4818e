import AgentCore

/// A verdict with what the engine adds to it: when its state began, what explains it, whom it touches.
struct JudgedVerdict: Sendable, Equatable {
  var verdict: Verdict
  var definition: CheckDefinition
  var plugin: String
  var area: Area
  /// When its state began; nil when nobody saw it begin.
  var since: HostTime?
  /// Announced changes of its state in the last ten minutes.
  var recentChanges: Int
  /// The root finding that this one follows from.
  var cause: VerdictKey?
  /// What users lose when it fails, on this host.
  var lost: [Plane]
  /// What is in danger when it warns or fails, on this host.
  var atRisk: [Plane]

  var state: CheckState { verdict.state }

  /// Whether the check says anything about a plane here.
  func touches(_ plane: Plane) -> Bool { lost.contains(plane) || atRisk.contains(plane) }

  /// The planes that this very verdict endangers or takes.
  var planes: [Plane] {
    switch state {
    case .failing: lost + atRisk.filter { !lost.contains($0) }
    case .warning: atRisk
    case .ok, .unknown, .skipped: []
    }
  }
}

extension JudgedVerdict {
  /// What to type: the verdict's own command, else the check's; nothing where nothing is wrong.
  var remedy: String? {
    switch state {
    case .failing, .warning: verdict.remedy ?? definition.remedy
    case .unknown: verdict.remedy
    case .ok, .skipped: nil
    }
  }
}
