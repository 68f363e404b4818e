import AgentCore
import AgentHost
import Testing

@testable import AgentPlugins
@testable import AgentText

@Suite struct ClaimMemoryTests {
  private typealias Support = ServiceAddressSupport

  private let address = IPAddress(v4: 0xC0A8_64F0)
  private let start = TestHost.time

  /// Plays looks at the address, and counts the questions.
  private struct Play {
    var memory: ClaimMemory
    var questions: [Int] = []
    let address: IPAddress
    let outcome: ProbeOutcome

    /// A look this many milliseconds after the start; asks when the memory says so.
    mutating func look(at milliseconds: Int, _ signs: ClaimMemory.Signs = .init(), isFinding: Bool = false) {
      let time = TestHost.time.advanced(by: .milliseconds(milliseconds))
      guard memory.answer(for: address, signs: signs, at: time) == nil else { return }
      questions.append(milliseconds)
      memory.keep(outcome, for: address, signs: signs, at: time)
      memory.settle(address, isFinding: isFinding)
    }
  }

  private func play(_ interval: Int, _ outcome: ProbeOutcome? = nil) throws -> Play {
    Play(
      memory: ClaimMemory(interval: .seconds(interval)), address: address,
      outcome: try outcome ?? Support.answered([Support.nodeA]))
  }

  private func announced(at milliseconds: Int) throws -> ClaimMemory.Signs {
    ClaimMemory.Signs(
      announcement: HeardClaims.Announcement(
        hardwareAddress: try Support.hardware(Support.nodeB), interface: "eth0",
        time: start.advanced(by: .milliseconds(milliseconds))))
  }

  @Test func theEndOfAFindingIsAskedForTwiceAndThenLeftAlone() throws {
    var play = try play(30)
    play.look(at: 0, isFinding: true)
    for moment in [1000, 2000, 3000, 4000] { play.look(at: moment) }
    #expect(play.questions == [0, 1000, 2000])
  }

  @Test(arguments: [30, 60]) func aStormOfTriggersAsksAsSeldomAsTheTimer(interval: Int) throws {
    var play = try play(interval)
    for moment in stride(from: 0, to: 600_000, by: 100) { play.look(at: moment) }
    let least = zip(play.questions, play.questions.dropFirst()).map { $1 - $0 }.min()
    #expect(least == interval * 500, "\(play.questions)")
    // Ten minutes of the timer alone, what lay in reserve, and a twentieth for its lateness.
    #expect((600 / interval...600 / interval + 4).contains(play.questions.count), "\(play.questions)")
  }

  @Test func theTimerAsksAtEachOfItsRoundsHoweverItIsShifted() throws {
    var play = try play(30)
    // The shortest intervals in a row use up the reserve; the same number of long ones brings it back.
    var moments = [0]
    for seconds in [15, 45, 15, 45, 16, 44, 30, 30, 15, 15, 45, 45] {
      moments.append(moments[moments.count - 1] + seconds * 1000)
    }
    for moment in moments { play.look(at: moment) }
    #expect(play.questions == moments)
  }

  @Test func theTimersOfSixteenNodesAskLessThanOnceASecondInAll() throws {
    // Three control-plane nodes and thirteen workers with three addresses each, in a storm on all of them.
    var count = 0
    for interval in Array(repeating: 30, count: 3) + Array(repeating: 60, count: 13) {
      var play = try play(interval)
      // A round lasts a second when it asks, so looks are that far apart.
      for moment in stride(from: 0, to: 1_800_000, by: 1000) { play.look(at: moment) }
      count += play.questions.filter { $0 >= 600_000 }.count * 3
    }
    #expect(count < 60 * 20, "in twenty minutes: \(count)")
  }

  @Test func anAnnouncementIsAskedForAtOnceAndOnce() throws {
    var play = try play(30)
    play.look(at: 0)
    let signs = try announced(at: 900)
    for moment in [500, 1000, 1100, 1200] { play.look(at: moment, moment < 900 ? .init() : signs) }
    #expect(play.questions == [0, 1000])
  }

  @Test func whatWasAnnouncedDuringAQuestionIsAskedForAgain() throws {
    // The question at 1 s went out before the announcement at 1.5 s came in.
    var play = try play(30)
    play.look(at: 1000)
    play.look(at: 2000, try announced(at: 1500))
    #expect(play.questions == [1000, 2000])
  }

  @Test func aChangeOfTheAddressOnThisHostIsAskedFor() throws {
    var play = try play(30)
    play.look(at: 0, ClaimMemory.Signs(events: 0))
    play.look(at: 1000, ClaimMemory.Signs(events: 1))
    // Gone and back again between two looks.
    play.look(at: 2000, ClaimMemory.Signs(events: 3))
    play.look(at: 3000, ClaimMemory.Signs(events: 3))
    #expect(play.questions == [0, 1000, 2000])
  }

  @Test func aStandingFindingIsAskedForAtEveryTriggerWithinReason() throws {
    var play = try play(30, Support.answered([]))
    for moment in stride(from: 0, to: 5000, by: 1000) { play.look(at: moment, isFinding: true) }
    #expect(play.questions == [0, 1000, 2000, 3000, 4000])
    for moment in stride(from: 5000, to: 65_000, by: 100) { play.look(at: moment, isFinding: true) }
    #expect((25...35).contains(play.questions.count), "\(play.questions)")
  }

  @Test func aHostThatAnnouncesWithoutEndCostsABoundedNumberOfQuestions() throws {
    var play = try play(30)
    for moment in stride(from: 0, to: 60_000, by: 100) { play.look(at: moment, try announced(at: moment)) }
    #expect((20...31).contains(play.questions.count), "\(play.questions)")
  }

  @Test(arguments: [ProbeOutcome.denied("CAP_NET_RAW"), .behindGateway, .notApplicable("eth0 is down"), .moving])
  func whereNothingWasAskedNothingIsRemembered(outcome: ProbeOutcome) throws {
    var play = try play(30, outcome)
    for moment in 0..<20 { play.look(at: moment) }
    #expect(play.questions.count == 20)
  }

  @Test func whoeverLooksLaterGetsTheLastAnswer() throws {
    var memory = ClaimMemory(interval: .seconds(30))
    for hardware in [Support.nodeA, Support.nodeB] {
      memory.keep(try Support.answered([hardware]), for: address, signs: .init(), at: start)
      memory.settle(address, isFinding: false)
    }
    #expect(memory.answer(for: address, signs: .init(), at: start) == (try Support.answered([Support.nodeB])))
    #expect(memory.answer(for: IPAddress(v4: 1), signs: .init(), at: start) == nil)
  }
}
