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

/// One fact behind a verdict: what was read and what stood there.
package struct Evidence: Sendable, Hashable {
  /// The file, with its line where that helps, or the bus property or probe.
  package var source: String
  /// The value found there, in the source's own words.
  package var value: String

  /// Makes a piece of evidence.
  package init(_ source: String, _ value: String) {
    self.source = source
    self.value = value
  }
}

/// What users lose when something breaks.
package enum Plane: String, Sendable, Hashable, CaseIterable {
  /// kubectl and the cluster's self-healing.
  case administration
  /// Pods on this node start and run.
  case workloads
  /// Applications are reached from the local network.
  case lanAccess = "lan_access"
  /// Applications are reached from the Internet.
  case internetAccess = "internet_access"
  /// Pods with a persistent volume read and write.
  case storage

  /// The plane's name in a sentence.
  package var title: String {
    switch self {
    case .administration: "administration"
    case .workloads: "workloads"
    case .lanAccess: "LAN access"
    case .internetAccess: "Internet access"
    case .storage: "storage"
    }
  }
}

/// What a node's root findings mean for one plane.
package enum Impact: String, Sendable, Hashable, CaseIterable {
  /// Looked, and nothing is lost.
  case ok
  /// It works, but something it needs is in danger.
  case atRisk = "at_risk"
  /// Users lost it.
  case lost
  /// Nothing on this node could tell.
  case unknown
}
