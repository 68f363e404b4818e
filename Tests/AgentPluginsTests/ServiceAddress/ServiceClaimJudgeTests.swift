import AgentCore
import AgentHost
import Testing

@testable import AgentPlugins

@Suite struct ServiceClaimJudgeTests {
  private typealias Support = ServiceAddressSupport

  private func verdict(_ observation: ServiceAddressObservation) throws -> Verdict {
    let verdicts = ServiceClaimJudge.verdicts(observation)
    #expect(verdicts.count == 1)
    return try #require(verdicts.first)
  }

  @Test(
    arguments: [
      ([Support.nodeA], CheckState.ok, "192.168.100.231 (52:54:00:00:00:0a) answers"),
      ([Support.phone], .ok, "52:54:00:00:00:ff answers"),
      ([Support.nodeA, Support.nodeB], .failing, "held twice: 192.168.100.231"),
      ([Support.nodeA, Support.phone], .failing, "held twice"),
      ([Support.nodeB, Support.nodeBWiFi], .ok, "192.168.100.232"),
      ([Support.nodeB, Support.nodeBWiFi, Support.nodeA], .failing, "held twice"),
      ([Support.virtual], .unknown, "cannot be told apart"),
      ([Support.virtual, Support.nodeA], .unknown, "cannot be told apart"),
      ([Support.virtual, Support.nodeA, Support.phone], .failing, "held twice"),
      ([], .failing, "nobody answers for it: no application is reached"),
    ] as [([String], CheckState, String)]) func hostsThatAnswerAreCounted(
      claimants: [String], state: CheckState, words: String
    ) throws
  {
    let verdict = try verdict(Support.observation(outcome: Support.answered(claimants)))
    #expect(verdict.subject == Support.ingress)
    #expect(verdict.state == state && verdict.summary.contains(words), "\(verdict)")
    #expect(verdict.evidence.count == claimants.count)
  }

  @Test func twoAnswersOfOneHardwareAddressProveNothing() throws {
    let outcome = try Support.answered([Support.nodeA], times: 2)
    #expect(try verdict(Support.observation(outcome: outcome)).state == .unknown)
    let repeated = try Support.answered([Support.nodeA], times: 3, questions: 3)
    #expect(try verdict(Support.observation(outcome: repeated)).state == .ok)
    let two = try Support.answered([Support.nodeA, Support.nodeB], times: 2)
    #expect(try verdict(Support.observation(outcome: two)).state == .failing)
  }

  @Test func ofManyHoldersThreeAreNamed() throws {
    let many = (1...6).map { "52:54:00:00:01:0\($0)" }
    let some = try verdict(Support.observation(outcome: Support.answered(many)))
    #expect(some.summary.contains("01:03 and 3 more answer"), "\(some)")
    let cut = try verdict(Support.observation(outcome: Support.answered(many, isCutShort: true)))
    #expect(cut.summary.contains("and more than 3 more answer"), "\(cut)")
  }

  @Test(
    arguments: [
      ([], [], CheckState.failing, "nobody"), (["192.168.100.240/32 eth0"], [], .ok, "this node holds it on eth0"),
      (["192.168.100.240/32 eth0"], [Support.nodeA], .failing, "this node (eth0), 192.168.100.231"),
      (["192.168.100.240/32 kube-ipvs0"], [], .failing, "nobody"),
      (["192.168.100.240/32 kube-ipvs0"], [Support.nodeA], .ok, "answers for it"),
      (["192.168.100.240/32 kube-dummy-if"], [Support.nodeA], .ok, "answers for it"),
      (["192.168.100.240/32 eth0 duplicate"], [Support.nodeA], .ok, "answers for it"),
      (["192.168.100.240/32 lo"], [Support.nodeA], .failing, "held twice"),
    ] as [([String], [String], CheckState, String)]) func whatThisNodeHoldsCounts(
      held: [String], claimants: [String], state: CheckState, words: String
    ) throws
  {
    let table = try Support.table(held, neighbours: Support.nodes)
    let verdict = try verdict(Support.observation(outcome: Support.answered(claimants), table: table))
    #expect(verdict.state == state && verdict.summary.contains(words), "\(verdict)")
  }

  @Test(
    arguments: [
      (Support.announcer("speaker"), CheckState.unknown, "whether this node announces cannot be seen from here"),
      (Support.announcer("openelb-speaker"), .unknown, "openelb-speaker runs"),
      (Support.announcer("cilium-agent"), .unknown, "cilium-agent runs"),
      (Support.announcer("kube-vip"), .failing, "nobody"), (.absent, .failing, "nobody"),
      (.unreadable(FileError("/proc/1/comm", .permissionDenied)), .unknown, "/proc/1/comm"),
    ] as [(Fact<ServiceAnnouncer>, CheckState, String)]) func onlyANodeWithoutASpeakerSaysNobody(
      announcer: Fact<ServiceAnnouncer>, state: CheckState, words: String
    ) throws
  {
    let verdict = try verdict(Support.observation(outcome: Support.answered([]), announcer: announcer))
    #expect(verdict.state == state && verdict.summary.contains(words), "\(verdict)")
  }

  private static func heard(own: Int?, other: Int? = nil) throws -> HeardClaims {
    var heard = HeardClaims()
    heard.ownClaim = own.map { TestHost.time.advanced(by: .seconds(-$0)) }
    heard.announcement = try other.map {
      .init(
        hardwareAddress: try Support.hardware(Support.nodeA), interface: "eth0",
        time: TestHost.time.advanced(by: .seconds(-$0)))
    }
    return heard
  }

  @Test(
    arguments: [
      (0, nil, CheckState.ok), (180, nil, .ok), (181, nil, .unknown), (nil, nil, .unknown), (10, 20, .ok),
      (20, 10, .unknown), (10, 10, .unknown),
    ] as [(Int?, Int?, CheckState)]) func anOwnAnswerSeenLeavingCounts(own: Int?, other: Int?, state: CheckState) throws
  {
    let verdict = try verdict(
      Support.observation(
        outcome: Support.answered([]), heard: Self.heard(own: own, other: other),
        announcer: Support.announcer("speaker")))
    #expect(verdict.state == state, "\(verdict)")
    #expect((verdict.summary == "this node announces it") == (state == .ok))
  }

  @Test func anotherHostsAnswerAfterOurOwnIsAMoveAndNoConflict() throws {
    let verdict = try verdict(
      Support.observation(
        outcome: Support.answered([Support.nodeA]), heard: Self.heard(own: 5),
        announcer: Support.announcer("speaker")))
    #expect(verdict.state == .ok)
  }

  @Test(
    arguments: [
      (.denied("CAP_NET_RAW"), CheckState.unknown, "CAP_NET_RAW"),
      (.notApplicable("eth0 is down"), .skipped, "eth0 is down"), (.behindGateway, .skipped, "routers"),
      (.moving, .unknown, "moved"), (.failed("eth0: sendto: no buffers"), .unknown, "no buffers"),
      (.notRecorded, .unknown, "recording"),
    ] as [(ProbeOutcome, CheckState, String)]) func whatWasNotAnsweredIsNeitherGoodNorBad(
      outcome: ProbeOutcome, state: CheckState, words: String
    ) throws
  {
    let verdict = try verdict(Support.observation(outcome: outcome))
    #expect(verdict.state == state && verdict.summary.contains(words), "\(verdict)")
  }

  @Test(
    arguments: [
      ([], CheckState.unknown), ([Support.nodeA], .unknown), ([Support.nodeA, Support.nodeB], .failing),
    ] as [([String], CheckState)]) func withoutTheHostsTablesOnlyTwoOthersAreCertain(
      claimants: [String], state: CheckState
    ) throws
  {
    let verdict = try verdict(Support.observation(outcome: Support.answered(claimants), error: .changing))
    #expect(verdict.state == state, "\(verdict)")
  }

  @Test func onlyTheIngressCarriesTheInternet() throws {
    let nobody = try verdict(Support.observation(outcome: Support.answered([])))
    #expect(nobody.lost == nil && nobody.atRisk == nil)
    let other = try verdict(Support.observation(outcome: Support.answered([]), of: "192.168.100.241"))
    #expect(other.lost == [.lanAccess] && other.atRisk == [.lanAccess] && other.summary.contains("its Service"))
    let both = [Support.nodeA, Support.nodeB]
    let twice = try verdict(Support.observation(outcome: Support.answered(both)))
    #expect(twice.lost == [] && twice.atRisk == nil)
    let otherTwice = try verdict(Support.observation(outcome: Support.answered(both), of: "192.168.100.241"))
    #expect(otherTwice.lost == [] && otherTwice.atRisk == [.lanAccess])
  }

  @Test func aPoolWithoutAddressesInUseIsNotAskedFor() throws {
    let observation = try Support.observation(cluster: "serviceAddresses: {pools: [192.168.100.240/28]}")
    #expect(try verdict(observation).state == .skipped)
  }
}
