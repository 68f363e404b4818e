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
    let wishes = RoundWishes(intervals: ["vip": .seconds(5), "swap": .seconds(9)])
    #expect(wishes.interval(of: descriptor, roles: [.controlPlane]) == .seconds(5))
    #expect(RoundWishes().interval(of: descriptor, roles: [.controlPlane]) == .seconds(30))
    #expect(RoundWishes().interval(of: descriptor, roles: [.worker]) == .seconds(60))
  }

  @Test(
    arguments: [
      (RoundWishes(), 3), (RoundWishes(named: ["vip"]), 70), (RoundWishes(named: ["vip.claimants"]), 70),
      (RoundWishes(named: ["addresses", "vip.held"]), 3), (RoundWishes(timeout: .seconds(2)), 2),
      (RoundWishes(timeout: .seconds(20), named: ["vip"]), 20), (RoundWishes(timeout: .seconds(20)), 3),
      (RoundWishes(deadlines: ["vip": .seconds(9)], named: ["vip"]), 9),
    ] as [(RoundWishes, Int)]) func whoAsksByNameHasMoreTime(wishes: RoundWishes, seconds: Int)
  {
    #expect(wishes.deadline(of: descriptor) == .seconds(seconds))
  }

  @Test func aNameIsACheckOrItsPluginAndNotItsArea() {
    let named = { (names: Set<String>) in RoundWishes(named: names).isNamed("vip.claimants") }
    #expect(named(["vip"]) && named(["vip.claimants"]))
    #expect(!named([]) && !named(["addresses"]) && !named(["vip.held"]))
  }
}
