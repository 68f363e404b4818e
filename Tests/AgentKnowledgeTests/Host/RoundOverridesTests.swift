import AgentCore
import Testing

@testable import AgentKnowledge

@Suite struct RoundWishesTests {
  private static let check = CheckDefinition(
    "vip.claimants", title: "t", why: "w", source: "s", confirm: "c", remedy: "r", undo: "u", worst: .failing)
  private let descriptor = PluginDescriptor(
    name: "vip", area: .addresses, summary: "s", checks: [check],
    rhythm: .probing(every: .seconds(60), except: [.controlPlane: .seconds(30)]), deadline: .seconds(3),
    namedDeadline: .seconds(70))

  @Test func theConfigurationComesBeforeTheRoles() {
    let overrides = RoundOverrides(intervals: ["vip": .seconds(5), "swap": .seconds(9)])
    #expect(overrides.interval(of: descriptor, roles: [.controlPlane]) == .seconds(5))
    #expect(RoundOverrides().interval(of: descriptor, roles: [.controlPlane]) == .seconds(30))
    #expect(RoundOverrides().interval(of: descriptor, roles: [.worker]) == .seconds(60))
  }

  @Test(
    arguments: [
      (RoundOverrides(), 3), (RoundOverrides(named: ["vip"]), 70), (RoundOverrides(named: ["vip.claimants"]), 70),
      (RoundOverrides(named: ["addresses", "vip.held"]), 3), (RoundOverrides(timeout: .seconds(2)), 2),
      (RoundOverrides(timeout: .seconds(20), named: ["vip"]), 20), (RoundOverrides(timeout: .seconds(20)), 3),
      (RoundOverrides(deadlines: ["vip": .seconds(9)], named: ["vip"]), 9),
    ] as [(RoundOverrides, Int)]) func whoAsksByNameHasMoreTime(overrides: RoundOverrides, seconds: Int)
  {
    #expect(overrides.deadline(of: descriptor) == .seconds(seconds))
  }

  @Test func aNameIsACheckOrItsPluginAndNotItsArea() {
    let named = { (names: Set<String>) in RoundOverrides(named: names).isNamed("vip.claimants") }
    #expect(named(["vip"]) && named(["vip.claimants"]))
    #expect(!named([]) && !named(["addresses"]) && !named(["vip.held"]))
  }
}
