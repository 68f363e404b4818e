import AgentTesting
import Testing

@testable import AgentHost
@testable import AgentKnowledge
@testable import AgentText

@Suite struct KernelClockTests {
  @Test func theRunningKernelIsAskedWithoutPrivilege() throws {
    let clock = try #require(LiveKernelClock().read().value)
    #expect((0...5).contains(clock.state))
    #expect(clock.maxerror >= 0)
    #expect(LiveKernelClock().read().source == "adjtimex(2)")
  }

  @Test func aRecordingHoldsTheValuesAsTheCallGivesThem() throws {
    let clock = try #require(
      try recording("clock: {maxerror: 500, esterror: 10, offset: -2500, status: 8193, state: 5, tai: 37}").clock)
    #expect(clock == KernelClock(maxerror: 500, esterror: 10, offset: -2500, status: 8193, state: 5, tai: 37))
    #expect(RecordedKernelClock(clock).read() == .known(clock, source: "adjtimex(2)"))
    #expect(try recording("clock: {maxerror: 16000000}").clock == KernelClock(maxerror: 16_000_000))
  }

  @Test func whatWasNotRecordedIsAbsent() throws {
    #expect(try recording("time: 1").clock == nil)
    #expect(RecordedKernelClock(nil).read() == .absent)
  }

  @Test(arguments: ["clock: {esterror: 1}", "clock: {maxerror: x}", "clock: 5", "clock: {maxerror: 1, maxeror: 2}"])
  func aWrongRecordingIsAMistake(text: String) { #expect(throws: SettingsErrors.self) { try recording(text) } }

  @Test(
    arguments: [(0x2001, Duration.nanoseconds(-1500)), (0x0001, .microseconds(-1500)), (0x2000, nil), (0x40, nil)]
      as [(Int, Duration?)])
  func theOffsetHasMeaningOnlyWhileTheLoopRuns(status: Int, offset: Duration?) {
    #expect(KernelClock(maxerror: 0, offset: -1500, status: status).loopOffset == offset)
  }

  @Test func anErrorGrowsByFiveHundredMicrosecondsInASecond() {
    #expect(KernelClock(maxerror: 1_024_000).uncorrected == .seconds(2048))
    #expect(KernelClock(maxerror: 16_000_000).maximumError == KernelClock.unsynchronised)
    #expect(KernelClock(maxerror: 0, status: 0x40).isMarkedUnsynchronised)
    #expect(!KernelClock(maxerror: 0, status: 0x2001).isMarkedUnsynchronised)
  }
}
