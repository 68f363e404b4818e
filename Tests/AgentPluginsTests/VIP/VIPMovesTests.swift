import AgentCore
import AgentHost
import Testing

@testable import AgentPlugins

@Suite struct VIPMovesTests {
  private typealias Step = (second: Int, holder: VIPMoves.Holder?, events: Int)
  private static let first = VIPMoves.Holder.others([VIPSample.mac(8)])
  private static let second = VIPMoves.Holder.others([VIPSample.mac(9)])

  private func count(_ steps: [Step]) -> [Int] {
    let moves = VIPMoves()
    return steps.map { step in
      moves.add(
        VIPSample.address, holder: step.holder, events: step.events,
        at: TestHost.time.advanced(by: .seconds(step.second))
      ).count
    }
  }

  @Test func holdersThatChangeAreMoves() {
    #expect(count([(0, Self.first, 0), (30, Self.second, 0), (60, Self.second, 0), (90, .own, 1)]) == [0, 1, 1, 2])
  }

  @Test func nobodyInBetweenIsOneMoveOrNone() {
    #expect(count([(0, Self.first, 0), (30, nil, 0), (60, Self.second, 0)]) == [0, 0, 1])
    #expect(count([(0, Self.first, 0), (30, nil, 0), (60, Self.first, 0)]) == [0, 0, 0])
  }

  @Test func whatWentAndCameBackBetweenTwoLooksWasToldByTheKernel() {
    #expect(count([(0, .own, 4), (30, .own, 6), (60, .own, 6)]) == [0, 2, 2])
  }

  @Test func oldMovesAreForgotten() {
    #expect(count([(0, Self.first, 0), (30, .own, 1), (629, .own, 1), (630, .own, 1)]) == [0, 1, 1, 0])
  }

  @Test func manyMovesKeepTheMemorySmall() { #expect(count([(0, .own, 0), (1, .own, 1_000_000)]) == [0, 100]) }

  @Test func anotherAddressBeginsAnew() {
    let moves = VIPMoves()
    _ = moves.add(VIPSample.address, holder: .own, events: 0, at: TestHost.time)
    #expect(moves.add(VIPSample.own, holder: Self.first, events: 9, at: TestHost.time).count == 0)
  }

  @Test func holdingIsTimedFromItsFirstLook() {
    let moves = VIPMoves()
    let held = [(0, VIPMoves.Holder.own), (30, .own), (60, Self.first), (90, .own)].map { second, holder in
      moves.add(VIPSample.address, holder: holder, events: 0, at: TestHost.time.advanced(by: .seconds(second))).held
    }
    #expect(held == [.zero, .seconds(30), nil, .zero])
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
    look.moves = VIPMoves.Summary(count: count, watched: .seconds(600))
    #expect(VIPFlappingJudge(look: look).verdict.state == state)
  }
}
