import AgentCore
import Testing

@testable import NodeAgent

@Suite struct RoundScheduleTests {
  private let start = HostTime(wallNanoseconds: 0, bootNanoseconds: 0)

  @Test func theFirstRoundStartsAtOnceAndTheNextNotBeforeTheFold() {
    var schedule = RoundSchedule(interval: .seconds(10), jitter: 0.1)
    #expect(schedule.earliest(at: start) == start)
    schedule.started(at: start)
    #expect(schedule.earliest(at: start.advanced(by: .milliseconds(40))) == start.advanced(by: .milliseconds(100)))
    let later = start.advanced(by: .milliseconds(101))
    #expect(schedule.earliest(at: later) == later)
  }

  @Test func thePauseAfterFailuresDoublesUpToTheIntervalAndEndsWithASuccess() {
    var schedule = RoundSchedule(interval: .seconds(10), jitter: 0.1)
    let pauses = (0..<6).map { _ in
      schedule.ended(at: start, succeeded: false)
      return schedule.nextRound(after: start, shift: 0).elapsed(since: start)
    }
    #expect(pauses == [1, 2, 4, 8, 10, 10].map { .seconds($0) })
    schedule.ended(at: start, succeeded: true)
    #expect(schedule.earliest(at: start) == start)
  }

  @Test(arguments: [(Duration.seconds(5), 5.0), (.seconds(60), 10), (nil, 10)] as [(Duration?, Double)])
  func whatWaitsForASecondLookGetsItSoon(confirmation: Duration?, seconds: Double) {
    var schedule = RoundSchedule(interval: .seconds(10), jitter: 0, confirmation: confirmation)
    schedule.ended(at: start, succeeded: true, isWaiting: true)
    #expect(schedule.nextRound(after: start, shift: 0).elapsed(since: start) == .seconds(seconds))
    schedule.ended(at: start, succeeded: true)
    #expect(schedule.nextRound(after: start, shift: 0).elapsed(since: start) == .seconds(10))
  }

  @Test(arguments: [(0.1, -1.0, 9.0), (0.1, 0, 10), (0.1, 1, 11), (0.5, -1, 5), (0.5, 0.5, 12.5)])
  func theIntervalIsShiftedByThePartThatTheRhythmAllows(jitter: Double, shift: Double, seconds: Double) {
    let schedule = RoundSchedule(interval: .seconds(10), jitter: jitter)
    #expect(schedule.nextRound(after: start, shift: shift).elapsed(since: start) == .seconds(seconds))
  }
}
