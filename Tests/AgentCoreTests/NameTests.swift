import AgentCore
import Testing

@Suite struct NameTests {
  @Test(arguments: [
    ("swap.policy", true), ("nfs-server.exports", true), ("time.2", true), ("", false), ("swap", false),
    ("swap.", false), (".policy", false), ("swap.policy.x", false), ("Swap.policy", false), ("-swap.policy", false),
    ("swap.policy-", false), ("swap .policy", false), ("swäp.policy", false),
  ]) func aCheckIsNamedPluginDotCheck(name: String, isWellFormed: Bool) {
    #expect(CheckID(name).isWellFormed == isWellFormed)
  }

  @Test func theFirstWordOfACheckIsItsPlugin() {
    #expect(CheckID("swap.policy").plugin == "swap")
  }

  @Test(arguments: ["nodeagent swap", "1metric", "", "metric-name", "métrique"])
  func aBadMetricNameTraps(name: String) async {
    await #expect(processExitsWith: .failure) { [name] in _ = MetricName(stringLiteral: name) }
  }

  @Test(arguments: ["__name__", "le-x", ""]) func aBadLabelNameTraps(name: String) async {
    await #expect(processExitsWith: .failure) { [name] in _ = LabelName(stringLiteral: name) }
  }

  @Test func aCounterThatDoesNotSaySoTraps() async {
    await #expect(processExitsWith: .failure) { _ = MetricFamily("nodeagent_rounds", .counter, help: "") }
    await #expect(processExitsWith: .failure) { _ = MetricFamily("nodeagent_rounds_total", .gauge, help: "") }
  }

  @Test func aLabelThatStandsTwiceTraps() async {
    await #expect(processExitsWith: .failure) { _ = MetricSample(1, ["a": "1", "a": "2"]) }
  }
}
