import AgentCore

/// Judges `firewall.active`: all firewalls together, the worse one speaks.
struct FirewallJudge {
  /// What one firewall means.
  private struct Finding {
    var state: CheckState
    var summary: String
    var evidence: [Evidence]
    var remedy: String?
  }

  /// A port that is shut is said before what could not be seen.
  private static let order: [CheckState] = [.warning, .unknown, .ok]

  private let observation: FirewallObservation

  init(_ observation: FirewallObservation) { self.observation = observation }

  var verdict: Verdict {
    let findings =
      ([finding(.firewalld, observation.firewalld), finding(.ufw, observation.ufw)]
      + observation.loaded.map { finding($0.kind, $0.state) }).compactMap(\.self)
    let state = Self.order.first { state in findings.contains { $0.state == state } } ?? .ok
    let loudest = findings.filter { $0.state == state }
    let texts = loudest.map(\.summary).filter { !$0.isEmpty }
    let remedies = loudest.compactMap(\.remedy)
    return Verdict(
      FirewallChecks.active, state,
      texts.isEmpty ? "no firewall is active, and no service loads rules at boot" : texts.joined(separator: "; "),
      evidence: findings.flatMap(\.evidence), remedy: remedies.isEmpty ? nil : remedies.joined(separator: "; "))
  }

  private func finding(_ firewall: FirewallKind, _ state: FirewallState) -> Finding? {
    switch state.activity {
    case .absent: return nil
    case .inactive(let evidence): return Finding(state: .ok, summary: "", evidence: [evidence])
    case .active(let evidence): return judged(firewall, "\(firewall) is active and", state.rules, evidence)
    case .atNextBoot(let evidence):
      let lead = "\(firewall) is stopped, but the next boot starts it and"
      var finding = judged(firewall, lead, state.rules, evidence)
      if finding.state == .warning { finding.remedy = firewall.disabling }
      return finding
    case .unclear(let problem):
      let lead = "whether \(firewall) is active cannot be seen (\(problem)); if it is, it"
      let evidence = Evidence(problem.source, problem.text)
      var finding = judged(firewall, lead, state.rules, evidence, unseen: "whether \(firewall) is active and")
      if finding.state == .ok { finding.summary = "\(firewall) lets in all that this host needs, active or not" }
      guard finding.state == .warning else { return finding }
      finding.state = .unknown
      finding.remedy = firewall.showing
      return finding
    case .unseen(let problem):
      return Finding(
        state: .unknown, summary: "whether \(firewall) is active cannot be seen: \(problem)",
        evidence: [Evidence(problem.source, problem.text)], remedy: firewall.showing)
    }
  }

  /// - Parameters:
  ///   - lead: what comes before "keeps out" and "lets in".
  ///   - unseen: what comes before "what it lets in cannot be seen", where that is something else.
  private func judged(
    _ firewall: FirewallKind, _ lead: String, _ rules: FirewallRuleSet?, _ evidence: Evidence, unseen: String? = nil
  ) -> Finding {
    let unknown = { (what: String, evidence: [Evidence]) in
      Finding(
        state: .unknown, summary: "\(unseen ?? lead) what it \(what)", evidence: evidence, remedy: firewall.showing)
    }
    guard let rules else { return unknown("lets in cannot be seen", [evidence]) }
    let all = [evidence, Evidence(rules.source, rules.note)]
    if let problem = rules.problems.first {
      return unknown("lets in cannot be seen: \(problem)", all + rules.problems.map { Evidence($0.source, $0.text) })
    }
    let passages = observation.needs.list.filter { !(rules.followsFelix && $0.isLetInByFelix) }
      .map { (need: $0, passage: rules.passage(of: $0.traffic)) }
    let shut = passages.filter { $0.passage == .shut || $0.passage == .refused }
    if !shut.isEmpty {
      return Finding(
        state: .warning, summary: "\(lead) keeps out \(shut.map(\.need.description).joined(separator: ", "))",
        evidence: all, remedy: firewall.opening(shut.map { ($0.need.traffic, $0.passage == .refused) }, rules))
    }
    if let problem = observation.needs.problems.first {
      return unknown("must let in cannot be seen: \(problem)", all + [Evidence(problem.source, problem.text)])
    }
    return Finding(
      state: .ok, summary: "\(lead) lets in all that this host needs",
      evidence: all + passages.map { Evidence($0.need.description, Self.words($0.passage)) })
  }

  private static func words(_ passage: FirewallPassage) -> String {
    switch passage {
    case .open: "open"
    case .limited(let places): "open only for \(places.joined(separator: "; "))"
    case .shut, .refused: "shut"
    }
  }
}
