import AgentCore
import Testing

@testable import NodeAgent

@Suite struct NagiosReportTests {
  private func line(_ verdicts: [Verdict]) -> String {
    NagiosReport.render(SampleReport.make([SampleReport.Round(plugin: "a", verdicts: verdicts)]))
  }

  private func verdict(_ state: CheckState, _ subject: String, _ summary: String = "said so") -> Verdict {
    Verdict("a.check", subject: subject, state, summary)
  }

  @Test func theWorstFindingsAreNamedAndTheOthersCounted() {
    #expect(
      line([
        verdict(.failing, "/dev/sda3", "the kubelet will not start"), verdict(.failing, "x", "x is broken"),
        verdict(.warning, "w1"), verdict(.warning, "w2"), verdict(.unknown, "u"), verdict(.ok, "o"),
        verdict(.skipped, "s"),
      ])
        == "NODEAGENT CRITICAL - 2 failing: a.check /dev/sda3: the kubelet will not start; a.check: x is broken; "
        + "1 could not be checked; 2 warnings | failing=2;;0 warning=2;0 unknown=1 ok=1 skipped=1\n")
  }

  /// The order of the contract: failing, then what could not be checked, then warnings.
  @Test(arguments: [
    ([CheckState.ok, .skipped], "OK - all well", 0), ([.skipped], "OK - nothing could be looked at here", 0),
    ([.ok, .warning], "WARNING - 1 warning: a.check 1: said so", 1),
    ([.warning, .unknown, .ok], "UNKNOWN - 1 could not be checked: a.check 1: said so; 1 warning", 3),
    ([.unknown, .failing], "CRITICAL - 1 failing: a.check 1: said so; 1 could not be checked", 2),
  ]) func theWordIsThatOfTheExitStatus(states: [CheckState], text: String, status: Int32) {
    let verdicts = states.enumerated().map { verdict($0.element, "\($0.offset)") }
    #expect(line(verdicts).hasPrefix("NODEAGENT \(text) | failing="))
    #expect(SampleReport.make([SampleReport.Round(plugin: "a", verdicts: verdicts)]).exitStatus == status)
  }

  @Test func manyFindingsDoNotPushThePerformanceDataOut() {
    let text = line((0..<40).map { verdict(.failing, "\($0)") })
    #expect(text.contains("; a.check 3: said so; 36 more | failing=40;;0 warning=0;0 unknown=0 ok=0 skipped=0"))
    #expect(!text.contains("a.check 4:"))
  }

  @Test func nothingInATextEndsTheLineOrBeginsPerformanceData() {
    let hostile = "a|b\nc\rd\te\u{0}f\u{85}g\u{2028}h\u{2029}i\u{1B}[31mj\u{7F}k"
    let text = line([verdict(.failing, "sub|ject", hostile)])
    #expect(text.hasPrefix("NODEAGENT CRITICAL - 1 failing: a.check sub/ject: a/b c d e f g h i [31mj k | failing=1"))
    #expect(text.count { $0 == "|" } == 1)
    #expect(text.unicodeScalars.count { $0.properties.generalCategory == .control } == 1, "the line feed at the end")
  }

  @Test func aComplaintHasItsMessageOnTheFirstLine() {
    #expect(NagiosReport.complaint("c.yaml:1:1: wrong | bad") == "NODEAGENT UNKNOWN - c.yaml:1:1: wrong / bad\n")
    #expect(
      NagiosReport.complaint("first\nsecond | \u{7}x\r\nthird\n") == "NODEAGENT UNKNOWN - first\nsecond /  x\nthird\n")
  }
}
