import AgentCore
import AgentHost
import Testing

@testable import AgentPlugins

/// Moves made out of looks, announcements and the kernel's counts. A look takes one second here.
@Suite struct AddressMovesTests {
  private static let own = "\(VIPSample.mac(1))"
  private static let first = "\(VIPSample.mac(8))"
  private static let second = "\(VIPSample.mac(9))"

  /// One look: who was seen, and what the kernel and others told until then.
  private struct Step {
    var second: Double
    var isOwn = false
    var others: [UInt8] = []
    var added: (Int, Double)?
    var removed: (Int, Double)?
    var told: (UInt8, Double)?

    init(
      _ second: Double, own: Bool = false, _ others: UInt8..., added: (Int, Double)? = nil,
      removed: (Int, Double)? = nil, told: (UInt8, Double)? = nil
    ) {
      (self.second, isOwn, self.others) = (second, own, others)
      (self.added, self.removed, self.told) = (added, removed, told)
    }

    var sight: AddressSample {
      var sight = AddressSample(address: VIPSample.address, begin: time(second), end: time(second + 1))
      sight.isOwn = isOwn
      sight.ownHardware = VIPSample.mac(1)
      sight.others = others.map(VIPSample.mac)
      sight.events = AddressEvents(
        added: added?.0 ?? 0, removed: removed?.0 ?? 0, addedAt: added.map { time($0.1) },
        removedAt: removed.map { time($0.1) })
      sight.heard.announcement = told.map {
        HeardClaims.Announcement(hardwareAddress: VIPSample.mac($0), interface: "eth0", time: time($1))
      }
      return sight
    }
  }

  private static func time(_ second: Double) -> HostTime {
    TestHost.time.advanced(by: .milliseconds(Int(second * 1000)))
  }

  private static func move(_ second: Double, _ from: String, _ to: String, _ gap: Double?) -> Move {
    Move(
      at: time(second), address: "192.168.100.230", from: from, to: to,
      gap: gap.map { .milliseconds(Int($0 * 1000)) })
  }

  private func summary(_ steps: [Step]) -> AddressMoves.Summary {
    let moves = AddressMoves()
    return steps.reduce(AddressMoves.Summary()) { moves.add($1.sight) }
  }

  private func history(_ steps: Step...) -> [Move] {
    let summary = summary(steps)
    #expect(summary.count == summary.history.count, "all of them are younger than ten minutes")
    return summary.history
  }

  @Test func theFirstLookIsNoMove() {
    #expect(history(Step(0, 8)).isEmpty && history(Step(0, own: true, added: (3, -5))).isEmpty)
    #expect(history(Step(0, 8), Step(30, 8)).isEmpty && history(Step(0), Step(30, 8)).isEmpty)
  }

  @Test func betweenTwoOthersTheGapLastsFromTheLastLookThatSawTheOldToTheEndOfTheFirstThatSawTheNew() {
    #expect(history(Step(0, 8), Step(30, 8), Step(60, 9)) == [Self.move(61, Self.first, Self.second, 31)])
  }

  @Test func theNewHoldersAnnouncementIsItsFirstSight() {
    #expect(history(Step(0, 8), Step(20.1, 9, told: (9, 20))) == [Self.move(20, Self.first, Self.second, 20)])
    // One of a third host, or from before the old holder was seen, says nothing of it.
    #expect(history(Step(0, 8), Step(30, 9, told: (7, 20))) == [Self.move(31, Self.first, Self.second, 31)])
    #expect(history(Step(10, 8), Step(30, 9, told: (9, 5))) == [Self.move(31, Self.first, Self.second, 21)])
  }

  @Test func theOldHoldersAnnouncementIsASightOfIt() {
    #expect(
      history(Step(0, 8), Step(30, told: (8, 25)), Step(40, 9)) == [Self.move(41, Self.first, Self.second, 16)])
  }

  @Test func fromThisHostTheGapBeginsWithTheKernelsMessage() {
    #expect(
      history(Step(0, own: true), Step(20.5, 9, removed: (1, 20), told: (9, 20.4)))
        == [Self.move(20.4, Self.own, Self.second, 0.4)])
    #expect(history(Step(0, own: true), Step(20, 9)) == [Self.move(21, Self.own, Self.second, 21)])
  }

  @Test func toThisHostTheGapEndsWithTheKernelsMessage() {
    #expect(
      history(Step(0, 8), Step(20.1, own: true, added: (1, 20))) == [Self.move(20, Self.first, Self.own, 20)])
    #expect(history(Step(0, 8), Step(20, own: true)) == [Self.move(21, Self.first, Self.own, 21)])
  }

  @Test func nobodyInBetweenHidesNoMove() {
    #expect(history(Step(0, 8), Step(30), Step(60), Step(90, 9)) == [Self.move(91, Self.first, Self.second, 91)])
    #expect(
      history(Step(0, 8), Step(30), Step(50.1, own: true, added: (1, 50))) == [Self.move(50, Self.first, Self.own, 50)])
    #expect(history(Step(0, 8), Step(30), Step(60, 8)).isEmpty)
  }

  @Test func whatLeftThisHostIsOneMoveOnceItsNewHolderIsSeen() {
    let left = [Step(0, own: true), Step(20, removed: (1, 20))]
    #expect(summary(left).history == [Self.move(20, Self.own, Move.unseen, nil)])
    #expect(
      summary(left + [Step(30, removed: (1, 20)), Step(40, 9, removed: (1, 20), told: (9, 39))]).history
        == [Self.move(39, Self.own, Self.second, 19)])
    #expect(summary(left + [Step(40, 9, removed: (1, 20)), Step(70, 9, removed: (1, 20))]).count == 1)
  }

  @Test func whatCameBackToThisHostWentToNobodyKnown() {
    #expect(
      history(Step(0, own: true), Step(20, removed: (1, 20)), Step(33, own: true, added: (1, 32.5), removed: (1, 20)))
        == [Self.move(32.5, Move.unseen, Self.own, 12.5), Self.move(20, Self.own, Move.unseen, nil)])
  }

  @Test func fasterThanLooksItIsKnownByTheKernelsCount() {
    #expect(
      history(Step(0, own: true), Step(30, own: true, added: (1, 25), removed: (1, 24)))
        == [Self.move(25, Move.unseen, Self.own, 1), Self.move(24, Self.own, Move.unseen, nil)])
    #expect(
      history(Step(0, 8), Step(30, 8, added: (1, 24), removed: (1, 25))).map(\.to) == [Self.first, Self.own])
    #expect(
      history(Step(0, own: true), Step(30, 9, added: (2, 25), removed: (3, 26))).map { "\($0.from) \($0.to)" } == [
        "\(Self.own) \(Self.second)", "unknown \(Self.own)", "\(Self.own) unknown", "unknown \(Self.own)",
        "\(Self.own) unknown",
      ])
  }

  @Test func aMessageAfterTheLookThatSawItsChangeIsTheSameMove() {
    #expect(history(Step(0, 8), Step(20, own: true), Step(21, own: true, added: (1, 20.5))).count == 1)
    #expect(
      history(
        Step(0, own: true), Step(20, 9), Step(21, 9, removed: (1, 20.5)), Step(40, own: true, removed: (1, 20.5)),
        Step(41, own: true, added: (1, 40.5), removed: (1, 20.5))
      ).count == 2)
  }

  @Test func aMessageBeforeTheLookThatSeesItsChangeIsTheSameMove() {
    // An IPv6 address that is still being looked at for duplicates.
    #expect(
      history(Step(0, 8), Step(20, 8, added: (1, 20)), Step(22, own: true, added: (1, 20))).map(\.to) == [Self.own])
  }

  @Test func aSecondHolderIsNoMoveUntilTheFirstIsGone() {
    #expect(history(Step(0, 8), Step(30, 8, 9), Step(60, 8)).isEmpty)
    #expect(history(Step(0, 8), Step(30, 8, 9), Step(60, 9)) == [Self.move(31, Self.first, Self.second, 1)])
    #expect(history(Step(0, 8, 9), Step(30, 9)).isEmpty)
    #expect(history(Step(0, own: true, 8), Step(30, 8, removed: (1, 29))).map(\.from) == [Self.own])
    #expect(history(Step(0, own: true), Step(30, own: true, 8)).isEmpty)
  }

  @Test func twoInterfacesOfANewHolderAreOneMove() {
    #expect(history(Step(0, 7), Step(30, 9, 8)).map(\.to) == ["\(Self.first), \(Self.second)"])
  }

  @Test func aHostWithoutAHardwareAddressIsNamed() {
    var sight = Step(30, own: true).sight
    sight.ownHardware = nil
    let moves = AddressMoves()
    var before = Step(0, 8).sight
    before.ownHardware = nil
    _ = moves.add(before)
    #expect(moves.add(sight).history.map(\.to) == [Move.thisHost])
  }

  @Test func theLastHundredAreKept() throws {
    let steps = (0..<150).map { Step(Double($0), UInt8(8 + $0 % 2)) }
    let summary = summary(steps)
    #expect(summary.history.count == 100 && summary.count == 100)
    #expect(try #require(summary.history.first).at == Self.time(150))
    let million = self.summary([Step(0, own: true), Step(1, own: true, added: (1_000_000, 1), removed: (1_000_000, 1))])
    #expect(million.history.count == 100 && million.count == 100)
  }

  @Test func theCountForgetsAfterTenMinutesAndTheHistoryDoesNot() {
    let steps = [Step(0, 8), Step(30, 9)]
    #expect(summary(steps + [Step(630.5, 9)]).count == 1)
    let later = summary(steps + [Step(631, 9)])
    #expect(later.count == 0 && later.history.count == 1 && later.watched == AddressMoves.length)
  }

  @Test func addressesAreToldApartAndForgotten() {
    let moves = AddressMoves()
    _ = moves.add(Step(0, 8).sight)
    _ = moves.add(Step(30, 9).sight)
    var other = Step(60, 7).sight
    other.address = VIPSample.own
    #expect(moves.add(other).history.isEmpty && moves.history(of: VIPSample.address).count == 1)
    moves.keep(only: [VIPSample.own])
    #expect(moves.history(of: VIPSample.address).isEmpty)
    #expect(moves.add(Step(90, 8).sight).history.isEmpty)
  }

  @Test(
    arguments: [
      (0, VIPSample.answered([9]), CheckState.ok), (2, VIPSample.answered([]), .ok),
      (3, VIPSample.answered([9]), .warning),
      (5, .moving, .warning), (6, VIPSample.answered([9]), .failing), (0, .moving, .ok),
      (2, .denied("CAP_NET_RAW"), .unknown),
      (3, .denied("CAP_NET_RAW"), .warning), (6, .behindGateway, .failing), (0, .behindGateway, .skipped),
      (0, .notApplicable("eth0 is down"), .skipped), (0, .failed("x"), .unknown), (0, .notRecorded, .unknown),
    ] as [(Int, ProbeOutcome, CheckState)]) func movesInTenMinutes(count: Int, outcome: ProbeOutcome, state: CheckState)
  {
    var look = VIPSample.look(outcome)
    look.moves = AddressMoves.Summary(count: count, watched: .seconds(600))
    #expect(VIPFlappingJudge(look: look).verdict.state == state)
  }
}
