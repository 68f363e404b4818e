import AgentCore
import Testing

@Suite struct HostTimeTests {
  @Test func elapsedTimeFollowsTheBootClockEvenWhenTheWallClockIsSetBack() {
    let before = HostTime(wallNanoseconds: 1_000_000_000_000, bootNanoseconds: 5_000_000_000)
    let after = HostTime(wallNanoseconds: 0, bootNanoseconds: 7_500_000_000)
    #expect(after.elapsed(since: before) == .milliseconds(2500))
    #expect(before.advanced(by: .milliseconds(2500)).elapsed(since: before) == .milliseconds(2500))
  }

  @Test func timesThatDoNotFitStayAtTheEnd() {
    let last = HostTime(wallNanoseconds: .max, bootNanoseconds: .max)
    let first = HostTime(wallNanoseconds: .min, bootNanoseconds: .min)
    #expect(last.advanced(by: .seconds(99_999 * 86_400)) == last)
    #expect(last.elapsed(since: first) == .nanoseconds(Int64.max))
    #expect(first.elapsed(since: last) == .nanoseconds(Int64.min))
    #expect(Duration.seconds(Int64.max / 2).wholeNanoseconds == .max)
  }

  @Test func numbersFromOutsideSaturate() {
    let (first, last) = (Int64.min, Int64.max)
    #expect(last.addingSaturated(1) == last && first.addingSaturated(-1) == first)
    #expect(first.subtractingSaturated(1) == first && last.subtractingSaturated(-1) == last)
    #expect(last.multipliedSaturated(by: 2) == last && last.multipliedSaturated(by: -2) == first)
    #expect(UInt64(1).subtractingSaturated(2) == 0 && UInt64.max.multipliedSaturated(by: 4096) == .max)
    #expect(2.addingSaturated(3) == 5 && 2.subtractingSaturated(3) == -1 && 2.multipliedSaturated(by: 3) == 6)
  }

  @Test func secondsKeepTheirFraction() {
    #expect(HostTime(wallNanoseconds: 1_500_000_000, bootNanoseconds: 0).wallSeconds == 1.5)
    #expect(Duration.milliseconds(-250).inSeconds == -0.25)
  }
}
