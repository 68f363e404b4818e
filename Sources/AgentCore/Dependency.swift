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
