/// Everything a person may want to know of a check, as data beside its judge.
public struct CheckDefinition: Sendable, Hashable {
  /// Its name.
  public var id: CheckID
  /// What it checks, in a few words.
  public var title: String
  /// Why it matters: what happens to users when it fails.
  public var why: String
  /// Where the facts come from.
  public var source: String
  /// The command that shows the same facts by hand.
  public var confirm: String
  /// The command that mends it.
  public var remedy: String
  /// The command that takes the remedy back.
  public var undo: String
  /// What its subject is, for example `device`; nil where it speaks of the whole node.
  public var subject: String?
  /// The worst state it can take.
  public var worst: CheckState
  /// What users lose when it fails.
  public var lost: [Plane]
  /// What is in danger when it warns or fails.
  public var atRisk: [Plane]
  /// Checks that explain its findings.
  public var dependsOn: [Dependency]
  /// When changes are announced.
  public var timing: CheckTiming

  /// Makes a definition.
  public init(
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
