import AgentCore
import AgentHost
import Testing

@testable import AgentPlugins

/// What systemd says settles what files and processes leave open, and nothing else.
@Suite struct FirewallSettleTests {
  private func settle(_ start: FirewallActivity, _ status: UnitStatus, isDaemon: Bool) -> String {
    var state = FirewallState(activity: start)
    state.settle(by: status, of: UnitName(service: "firewalld"), isDaemon: isDaemon)
    return switch state.activity {
    case .active: "active"
    case .atNextBoot: "at the next boot"
    case .inactive: "inactive"
    case .unclear: "unclear"
    case .absent: "absent"
    case .unseen: "unseen"
    }
  }

  @Test(arguments: [
    ("active", "enabled", true, "active"), ("active", "disabled", false, "active"),
    ("inactive", "enabled", true, "at the next boot"), ("inactive", "disabled", true, "inactive"),
    ("failed", "masked", true, "inactive"), ("inactive", "disabled", false, "unclear"),
    ("inactive", "enabled", false, "unclear"),
  ]) func whatIsOpenIsSettled(active: String, file: String, isDaemon: Bool, outcome: String) {
    let start = FirewallActivity.unclear(FirewallProblem("/proc", "hidden"))
    #expect(settle(start, UnitStatus(active: active, file: file), isDaemon: isDaemon) == outcome)
  }

  @Test func whatIsKnownStays() {
    #expect(settle(.absent, UnitStatus(active: "active"), isDaemon: true) == "absent")
    #expect(settle(.active(Evidence("a", "b")), UnitStatus(active: "inactive"), isDaemon: true) == "active")
  }
}
