import AgentCore

/// One of several things that a check found; together they make one verdict.
struct MachineFinding: Equatable {
  var state: CheckState
  var text: String
  var remedy: String?

  init(_ state: CheckState, _ text: String, remedy: String? = nil) {
    self.state = state
    self.text = text
    self.remedy = remedy
  }

  /// The most urgent state; the texts of what is not well, else all of them.
  static func verdict(_ check: CheckID, _ findings: [MachineFinding], evidence: [Evidence]) -> Verdict {
    let state = findings.map(\.state).min { $0.urgency < $1.urgency } ?? .ok
    let told = findings.filter { state == .ok || $0.state.isFinding }
    let remedies = told.compactMap(\.remedy)
    return Verdict(
      check, state, told.map(\.text).joined(separator: "; "), evidence: evidence,
      remedy: remedies.isEmpty ? nil : remedies.joined(separator: "; "))
  }
}
