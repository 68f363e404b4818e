/// The judgement of one check on one subject.
package struct Verdict: Sendable, Hashable {
  /// The check that judged.
  package var check: CheckID
  /// What was judged: a device, a key, a unit; empty where the check speaks of the whole node.
  package var subject: String
  /// The judgement.
  package var state: CheckState
  /// One line that a person understands.
  package var summary: String
  /// The facts it rests on.
  package var evidence: [Evidence]
  /// The command to type, where it is more exact than the check's own remedy.
  package var remedy: String?
  /// What users lose when this subject fails, where it is less than the check says; nil for what the check says.
  package var lost: [Plane]?
  /// What is in danger when this subject warns or fails, where it is not what the check says; nil for that.
  package var atRisk: [Plane]?
  /// Whether it rests on something seen since the last look; what was judged before proves nothing a second time.
  package var isFresh = true

  /// Makes a verdict.
  package init(
    _ check: CheckID, subject: String = "", _ state: CheckState, _ summary: String, evidence: [Evidence] = [],
    remedy: String? = nil, lost: [Plane]? = nil, atRisk: [Plane]? = nil
  ) {
    self.check = check
    self.subject = subject
    self.lost = lost
    self.atRisk = atRisk
    self.state = state
    self.summary = summary
    self.evidence = evidence
    self.remedy = remedy
  }

  /// Check and subject: what identifies a verdict from one round to the next.
  package var key: VerdictKey { VerdictKey(check: check, subject: subject) }
}

/// What identifies a verdict from one round to the next.
package struct VerdictKey: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The check.
  package var check: CheckID
  /// Its subject; empty where the check speaks of the whole node.
  package var subject: String

  /// Makes a key.
  package init(check: CheckID, subject: String) {
    self.check = check
    self.subject = subject
  }

  /// `check`, or `check subject`.
  package var description: String { subject.isEmpty ? check.description : "\(check) \(subject)" }

  /// By check, then by subject.
  package static func < (left: VerdictKey, right: VerdictKey) -> Bool {
    (left.check, left.subject) < (right.check, right.subject)
  }
}
