import AgentCore
import Testing

@testable import NodeAgent

@Suite struct ImpactSummaryTests {
  private func judged(
    _ state: CheckState, lost: [Plane] = [], atRisk: [Plane] = [], cause: VerdictKey? = nil
  ) -> JudgedVerdict {
    JudgedVerdict(
      verdict: Verdict("a.b", state, ""), definition: FakePlugin.check, plugin: "a", area: .prerequisites,
      recentChanges: 0, cause: cause, lost: lost, atRisk: atRisk)
  }

  @Test func everyStateOfARootHasItsImpact() {
    let expected: [(CheckState, Impact)] = [
      (.ok, .ok), (.warning, .atRisk), (.failing, .lost), (.unknown, .unknown), (.skipped, .unknown),
    ]
    for (state, impact) in expected {
      let summary = ImpactSummary([judged(state, lost: [.workloads], atRisk: [.workloads])])
      #expect(summary.planes[.workloads] == impact, "\(state)")
      #expect(summary.planes[.storage] == .unknown, "nobody looks at storage")
    }
  }

  @Test func aFailureThatOnlyEndangersLosesNothing() {
    #expect(ImpactSummary([judged(.failing, atRisk: [.administration])]).planes[.administration] == .atRisk)
  }

  @Test func aCheckThatCouldNotSeeALossSaysOfNoPlaneThatItWorks() {
    #expect(ImpactSummary([judged(.ok, atRisk: [.administration])]).planes[.administration] == .unknown)
  }

  @Test func consequencesTakeAwayWhatTheySayAndTheirRootIsTheReason() {
    let cause = VerdictKey(check: "links.state", subject: "eth0")
    let summary = ImpactSummary([
      judged(.failing, lost: [.storage]), judged(.failing, lost: [.workloads], cause: cause),
      judged(.failing, lost: [.workloads], cause: cause),
    ])
    #expect(summary.planes[.storage] == .lost && summary.planes[.workloads] == .lost)
    #expect(summary.reasons[.workloads] == [cause])
  }

  @Test func whatCouldNotBeSeenBecauseOfAFindingIsToldByThat() {
    let cause = VerdictKey(check: "links.state", subject: "eth0")
    #expect(ImpactSummary([judged(.unknown, lost: [.storage], cause: cause)]).planes[.storage] == .ok)
  }

  @Test func aLossOutweighsARiskAndThatOutweighsWhatIsUnknown() {
    let lost = judged(.failing, lost: [.workloads])
    let unseen = judged(.unknown, lost: [.workloads])
    let risk = judged(.warning, atRisk: [.workloads])
    #expect(ImpactSummary([unseen, risk, lost]).planes[.workloads] == .lost)
    #expect(ImpactSummary([unseen, risk]).planes[.workloads] == .atRisk)
    #expect(ImpactSummary([unseen]).planes[.workloads] == .unknown)
  }
}
