/// Everything a person may want to know of a check, as data beside its judge.
package struct CheckDefinition: Sendable, Hashable {
  /// Its name.
  package var id: CheckID
  /// What it checks, in a few words.
  package var title: String
  /// Why it matters: what happens to users when it fails.
  package var why: String
  /// Where the facts come from.
  package var source: String
  /// The command that shows the same facts by hand.
  package var confirm: String
  /// The command that mends it.
  package var remedy: String
  /// The command that takes the remedy back.
  package var undo: String
  /// What its subject is, for example `device`; nil where it speaks of the whole node.
  package var subject: String?
  /// The worst state it can take.
  package var worst: CheckState
  /// What users lose when it fails.
  package var lost: [Plane]
  /// What is in danger when it warns or fails.
  package var atRisk: [Plane]
  /// Checks that explain its findings.
  package var dependsOn: [Dependency]
  /// When changes are announced.
  package var timing: CheckTiming

  /// Makes a definition.
  package init(
    _ id: CheckID, title: String, why: String, source: String, confirm: String, remedy: String, undo: String,
    subject: String? = nil, worst: CheckState, lost: [Plane] = [], atRisk: [Plane] = [],
    dependsOn: [Dependency] = [], timing: CheckTiming = .fact
  ) {
    self.id = id
    self.title = title
    self.why = why
    self.source = source
    self.confirm = confirm
    self.remedy = remedy
    self.undo = undo
    self.subject = subject
    self.worst = worst
    self.lost = lost
    self.atRisk = atRisk
    self.dependsOn = dependsOn
    self.timing = timing
  }
}
