import AgentCore
import Testing

@testable import NodeAgent

@Suite struct StatusTextTests {
  private func text(_ verdicts: [Verdict], isCurrent: Bool = true) -> String {
    let node = JudgedNode(
      SampleReport.snapshot([SampleReport.Round(plugin: "a", verdicts: verdicts)]), roles: [.worker])
    return StatusText.render(node, isCurrent: isCurrent)
  }

  @Test func theWorstIsNamedAndTheRestIsCounted() {
    let verdicts = [
      Verdict("a.ok", .ok, ""), Verdict("a.warn", .warning, ""), Verdict("a.blind", .unknown, ""),
      Verdict("a.dead", subject: "nas-001", .failing, "s"), Verdict("a.skipped", .skipped, ""),
    ]
    #expect(text(verdicts) == "1 failing: a.dead nas-001; 1 could not be checked; 1 warning")
    #expect(text([verdicts[1], Verdict("a.warn", subject: "x", .warning, "")]) == "2 warnings: a.warn, a.warn x")
  }

  @Test func threeAreNamed() {
    let verdicts = (1...5).map { Verdict("a.dead", subject: "\($0)", .failing, "") }
    #expect(text(verdicts) == "5 failing: a.dead 1, a.dead 2, a.dead 3, 2 more")
  }

  @Test func aHealthyNodeAndAnEmptyOneAreNotTheSame() {
    #expect(text([Verdict("a.ok", .ok, "")]) == "all well")
    #expect(text([Verdict("a.skipped", .skipped, "")]) == "nothing could be looked at here")
  }

  @Test func aConfigurationThatIsNotInForceIsSaidFirst() {
    #expect(
      text([Verdict("a.ok", .ok, "")], isCurrent: false)
        == "the configuration on disk is wrong, the one before is in force; all well")
  }
}
