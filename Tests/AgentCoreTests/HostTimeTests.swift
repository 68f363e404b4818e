import AgentCore
import Testing

@Suite struct HostTimeTests {
  @Test func elapsedTimeFollowsTheBootClockEvenWhenTheWallClockIsSetBack() {
    let before = HostTime(wallNanoseconds: 1_000_000_000_000, bootNanoseconds: 5_000_000_000)
    let after = HostTime(wallNanoseconds: 0, bootNanoseconds: 7_500_000_000)
    #expect(after.elapsed(since: before) == .milliseconds(2500))
    #expect(before.advanced(by: .milliseconds(2500)).elapsed(since: before) == .milliseconds(2500))
  }

  @Test func secondsKeepTheirFraction() {
    #expect(HostTime(wallNanoseconds: 1_500_000_000, bootNanoseconds: 0).wallSeconds == 1.5)
    #expect(Duration.milliseconds(-250).inSeconds == -0.25)
  }
}
