import AgentCore
import Testing

@Suite struct RhythmTests {
  private let rhythm = RoundInterval.probing(
    every: .seconds(60), except: [.controlPlane: .seconds(30), .loadBalancer: .seconds(20)])

  @Test(
    arguments: [
      ([], 60), ([.worker], 60), ([.controlPlane], 30), ([.controlPlane, .worker], 30),
      ([.loadBalancer, .controlPlane], 20), ([.storage, .candidate], 60),
    ] as [(Set<Role>, Int)]) func theShortestIntervalOfAHostsRolesCounts(roles: Set<Role>, seconds: Int)
  {
    #expect(rhythm.interval(for: roles) == .seconds(seconds))
    #expect(RoundInterval.every(.seconds(7)).interval(for: roles) == .seconds(7))
  }

  @Test func questionsOnTheWireAreShiftedMoreThanLooksAtTheHost() {
    #expect(rhythm.jitter == 0.5 && RoundInterval.every(.seconds(1)).jitter == 0.1)
  }
}
