import AgentCore
import Testing

@Suite struct NameTests {
  @Test func theFirstWordOfACheckIsItsPlugin() {
    #expect(CheckID("swap.policy").plugin == "swap")
  }

  @Test(arguments: [
    ("nodeagent_swap", true), ("_x", true), ("X9", true), ("nodeagent swap", false), ("1metric", false), ("", false),
    ("metric-name", false), ("a:b", false), ("métrique", false),
  ]) func aMetricIsNamedByLettersDigitsAndUnderscores(name: String, isValid: Bool) {
    #expect(MetricName.isValid(name) == isValid)
  }

  @Test(arguments: [("subject", true), ("_x", true), ("__name__", false), ("le-x", false), ("", false)])
  func aLabelDoesNotBeginWithTwoUnderscores(name: String, isValid: Bool) {
    #expect(LabelName.isValid(name) == isValid)
  }

  @Test(arguments: [
    ("nodeagent_rounds_total" as MetricName, MetricFamily.Kind.counter, true), ("nodeagent_rounds", .counter, false),
    ("nodeagent_rounds_total", .gauge, false), ("nodeagent_rounds", .gauge, true),
  ]) func aCounterAndNothingElseEndsInTotal(name: MetricName, kind: MetricFamily.Kind, isValid: Bool) {
    #expect(MetricFamily.isValid(name, kind) == isValid)
  }
}
