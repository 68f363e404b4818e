import AgentCore
import AgentHost
import Testing

@testable import AgentPlugins
@testable import AgentText

@Suite struct VIPClaimantsTests {
  @Test(
    arguments: [
      (
        VIPSample.look(VIPSample.answered([9])), CheckState.ok,
        "one host answers for 192.168.100.230: 52:54:00:00:00:09"
      ),
      (VIPSample.look(VIPSample.answered([]), held: "eth0"), .ok, "this host (eth0)"),
      (
        VIPSample.look(VIPSample.answered([9]), held: "eth0"), .failing, "held twice: this host (52:54:00:00:00:01) and"
      ),
      (VIPSample.look(VIPSample.answered([8, 9])), .failing, "held twice: 52:54:00:00:00:08 and 52:54:00:00:00:09"),
      (VIPSample.look(VIPSample.answered([7, 8, 9])), .failing, "held 3 times"),
      (VIPSample.look(VIPSample.answered([7, 8]), held: "eth0"), .failing, "held 3 times"),
      (VIPSample.look(VIPSample.answered([]), connection: .failed("no")), .failing, "nobody holds"),
      (VIPSample.look(VIPSample.answered([]), connection: .accepted), .warning, "does not answer ARP"),
      (VIPSample.look(VIPSample.answered([])), .unknown, "nobody answers"),
      (VIPSample.look(VIPSample.answered([9], times: 2)), .unknown, "cannot be told apart"),
      (VIPSample.look(VIPSample.answered([8, 9], times: 2)), .failing, "held twice"),
      (VIPSample.look(.denied("CAP_NET_RAW")), .unknown, "CAP_NET_RAW"),
      (VIPSample.look(.denied("CAP_NET_RAW"), held: "eth0"), .unknown, "CAP_NET_RAW"),
      (VIPSample.look(.behindGateway), .skipped, "behind a router"),
      (VIPSample.look(.notApplicable("eth0 is down")), .skipped, "eth0 is down"),
      (VIPSample.look(.moving), .unknown, "moved a moment ago"),
      (VIPSample.look(.failed("socket: no")), .unknown, "socket: no"),
      (VIPSample.look(.notRecorded), .unknown, "recording"),
      // On loopback nobody is answered.
      (VIPSample.look(VIPSample.answered([9]), held: "lo"), .ok, "52:54:00:00:00:09"),
    ] as [(VIPLook, CheckState, String)]) func whoAnswersDecides(look: VIPLook, state: CheckState, words: String)
  {
    let verdict = VIPClaimantsJudge(look: look).verdict
    #expect(verdict.state == state && verdict.summary.contains(words), "\(verdict)")
    #expect(verdict.subject == "192.168.100.230")
  }

  @Test func nobodyLosesAdministrationAndTwoEndangerIt() {
    let nobody = VIPClaimantsJudge(look: VIPSample.look(VIPSample.answered([]), connection: .failed("no"))).verdict
    let twice = VIPClaimantsJudge(look: VIPSample.look(VIPSample.answered([8, 9]))).verdict
    #expect(nobody.lost == nil && twice.lost == [])
    let check = VIPChecks.all.first { $0.id == "vip.claimants" }
    #expect(check?.lost == [.administration] && check?.atRisk == [.administration])
  }

  /// Taking the address from the one that shall hold it would leave none.
  @Test func onlyAnAddressThatNothingHereMovesIsToBeTakenAway() throws {
    var look = VIPSample.look(VIPSample.answered([9]), held: "eth0")
    #expect(VIPClaimantsJudge(look: look).verdict.remedy == "ip address del 192.168.100.230/32 dev eth0")
    look.setup.keepalived = try VIPSample.keepalived(VIPSample.instance)
    #expect(VIPClaimantsJudge(look: look).verdict.remedy == "ip address del 192.168.100.230/32 dev eth0")
    look.setup.running = .known([.keepalived], source: "/proc")
    #expect(VIPClaimantsJudge(look: look).verdict.remedy?.hasPrefix("tcpdump") == true)
  }

  @Test func whatToTypeWhenNobodyHoldsItIsPossibleWithoutIt() throws {
    var look = VIPSample.look(VIPSample.answered([]), connection: .failed("no"))
    #expect(VIPClaimantsJudge(look: look).verdict.remedy?.hasPrefix("on the balancers") == true)
    look.setup.keepalived = try VIPSample.keepalived(VIPSample.instance)
    #expect(VIPClaimantsJudge(look: look).verdict.remedy?.hasPrefix("systemctl restart keepalived") == true)
  }

  // MARK: while the link is asked anew

  private func metric(_ name: String, _ look: VIPLook) -> [String] {
    VIPMetrics.families(look).filter { "\($0.name)" == name }.flatMap { family in
      family.samples.map { sample in
        sample.labels.first { $0.name == "mac" }?.value ?? "\(sample.value)"
      }
    }
  }

  /// The kernel and announcements are faster than answers, and neither proves that nobody else has it.
  @Test func metricsFollowTheNewestWordAndTheVerdictTheLastAnswers() throws {
    var look = VIPSample.look(VIPSample.answered([9]))
    look.sight.isNew = false
    let before = VIPClaimantsJudge(look: look).verdict
    #expect(before.state == .ok && !before.isFresh)

    look.heard.announcement = HeardClaims.Announcement(
      hardwareAddress: VIPSample.mac(8), interface: "eth0", time: TestHost.time)
    #expect(metric("nodeagent_address_claimant_info", look) == ["52:54:00:00:00:08"])
    #expect(VIPClaimantsJudge(look: look).verdict == before)
    // What was announced before the answers is in them.
    look.sight.heard = look.heard
    #expect(metric("nodeagent_address_claimant_info", look) == ["52:54:00:00:00:09"])

    var table = VIPSample.table
    table.addresses.append(VIPSample.entry(VIPSample.address, 32, "eth0", 2))
    look.table = .success(table)
    #expect(metric("nodeagent_address_held", look) == ["1.0"])
    #expect(metric("nodeagent_address_claimant_info", look) == ["52:54:00:00:00:01"])
    #expect(VIPClaimantsJudge(look: look).verdict == before)

    look.sight.table = look.table
    #expect(VIPClaimantsJudge(look: look).verdict.state == .failing)
    look.table = .success(VIPSample.table)
    #expect(metric("nodeagent_address_claimants", look).isEmpty, "gone from here, and nobody said where to")
  }

  @Test func anAddressIsHeldSinceTheKernelHasIt() {
    var table = VIPSample.table
    var entry = VIPSample.entry(VIPSample.address, 32, "eth0", 2)
    entry.created = .seconds(3300)
    table.addresses.append(entry)
    let verdict = VIPHeldJudge(look: VIPSample.look(table: table), takenAt: TestHost.time).verdict
    #expect(verdict.evidence.map(\.value) == ["192.168.100.230/32, for 5 min"])
  }

  @Test func anUnusableAddressIsNotHeld() {
    var table = VIPSample.table
    var entry = VIPSample.entry(VIPSample.address, 32, "eth0", 2)
    entry.flags = [.duplicate]
    table.addresses.append(entry)
    #expect(VIPSample.look(table: table).holdings.isEmpty)
  }

  @Test func aVirtualRouterAddressIsNobodyInParticular() throws {
    let virtual = try #require(HardwareAddress(bytes: [0, 0, 0x5E, 0, 1, 51]))
    let answers = ProbeAnswers(claimants: [.init(hardwareAddress: virtual, answers: 1)])
    #expect(VIPClaimantsJudge(look: VIPSample.look(.answered(answers))).verdict.state == .unknown)
    // Whoever else it is: this host has it too.
    #expect(VIPClaimantsJudge(look: VIPSample.look(.answered(answers), held: "eth0")).verdict.state == .failing)
  }

  private static func neighbour(_ last: UInt32, _ mac: UInt8, _ interface: String = "eth0") -> NetworkNeighbour {
    NetworkNeighbour(
      address: IPAddress(v4: 0xC0A8_6400 + last), hardwareAddress: VIPSample.mac(mac), interface: interface,
      state: .reachable)
  }

  @Test func neighboursGiveHostsTheirNames() {
    var table = VIPSample.table
    table.neighbours = [Self.neighbour(172, 9), Self.neighbour(230, 9), Self.neighbour(171, 7)]
    let verdict = VIPClaimantsJudge(look: VIPSample.look(VIPSample.answered([8, 9]), table: table)).verdict
    #expect(verdict.summary.hasSuffix("52:54:00:00:00:08 and 192.168.100.172 (52:54:00:00:00:09)"))
  }

  @Test func twoInterfacesOfOneHostAreOneHost() {
    var table = VIPSample.table
    table.neighbours = [Self.neighbour(172, 8), Self.neighbour(172, 9, "eth1")]
    #expect(VIPClaimantsJudge(look: VIPSample.look(VIPSample.answered([8, 9]), table: table)).verdict.state == .ok)
    // The shared address itself joins nobody.
    table.neighbours = [Self.neighbour(230, 8), Self.neighbour(230, 9, "eth1")]
    #expect(
      VIPClaimantsJudge(look: VIPSample.look(VIPSample.answered([8, 9]), table: table)).verdict.state == .failing)
  }

  @Test func aTableThatCannotBeReadIsUnknownToEveryCheckButConfiguration() {
    var look = VIPSample.look()
    look.table = .failure(.changing)
    look.sight.table = .failure(.changing)
    #expect(VIPHeldJudge(look: look, takenAt: TestHost.time).verdict.state == .unknown)
    #expect(VIPClaimantsJudge(look: look).verdict.state == .unknown)
    #expect(VIPFlappingJudge(look: look).verdict.state == .unknown)
    #expect(VIPLeaderJudge(look: look).verdict.state == .unknown)
    #expect(VIPContaminationJudge(look: look).verdict.state == .unknown)
    #expect(VIPMetrics.families(look).allSatisfy { $0.name == "nodeagent_address_events_total" || $0.samples.isEmpty })
  }
}
