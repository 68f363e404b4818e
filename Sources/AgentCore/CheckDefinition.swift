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

/// The name of one check: `plugin.check`, lower case, for example `swap.policy`. It never changes its meaning.
package struct CheckID: Hashable, Sendable, Comparable, CustomStringConvertible, ExpressibleByStringLiteral {
  /// The whole name.
  package let description: String

  /// Takes a name as it is.
  package init(_ name: String) { description = name }

  /// Takes a name as it is.
  package init(stringLiteral name: String) { description = name }

  /// The part before the dot.
  package var plugin: String { String(description.prefix { $0 != "." }) }

  /// Alphabetical order.
  package static func < (left: CheckID, right: CheckID) -> Bool { left.description < right.description }
}

/// How long a changed judgement must last before it is announced.
package enum Persistence: Sendable, Hashable {
  /// So many rounds in a row, the first one included; 0 and 1 both mean at once.
  case rounds(Int)
  /// So long by the boot clock.
  case lasting(Duration)

  /// At once.
  package static let none = Persistence.rounds(0)
}

/// When a check announces that it got worse, and that it is well again.
package struct CheckTiming: Sendable, Hashable {
  /// How long a worse state must last.
  package var hold: Persistence
  /// How long a better state must last.
  package var clear: Persistence

  /// Makes a timing.
  package init(hold: Persistence, clear: Persistence) {
    self.hold = hold
    self.clear = clear
  }

  /// A file or a system call states it: at once.
  package static let fact = CheckTiming(hold: .none, clear: .none)
  /// One answer may be lost: two rounds either way.
  package static let probe = CheckTiming(hold: .rounds(2), clear: .rounds(2))
}

/// A check that explains another one's finding when it fails itself.
package struct Dependency: Sendable, Hashable {
  /// Which subjects of the explaining check count.
  package enum Subject: Sendable, Hashable {
    /// Any of them.
    case any
    /// The one with the same subject as the finding.
    case same
    /// The one whose subject is the first word of the finding's: the server of `SERVER EXPORT`.
    case firstWord
    /// Exactly this one.
    case named(String)
  }

  /// The explaining check.
  package var check: CheckID
  /// Which of its subjects count.
  package var subject: Subject
  /// The one subject whose findings it explains; nil for all.
  package var finding: String?

  /// Makes a dependency.
  package init(_ check: CheckID, subject: Subject = .any, findingsOn finding: String? = nil) {
    self.check = check
    self.subject = subject
    self.finding = finding
  }

  /// Whether a verdict of `other` explains a finding on `subject`.
  package func matches(_ other: VerdictKey, findingOn subject: String) -> Bool {
    guard other.check == check, finding == nil || finding == subject else { return false }
    return switch self.subject {
    case .any: true
    case .same: other.subject == subject
    case .firstWord: !other.subject.isEmpty && subject.prefix { $0 != " " } == other.subject
    case .named(let name): other.subject == name
    }
  }
}
