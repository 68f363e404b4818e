import AgentCore
import AgentHost
import Testing

@testable import AgentKnowledge
@testable import AgentPlugins

/// `vip.leader` where Keepalived is asked on the system bus.
@Suite struct VIPLeaderTests {
  private static let denied = VRRPAnswer.failed(BusError(.denied, "the system bus refuses"))
  private static let late = VRRPAnswer.failed(BusError(.timeout, "no answer in time"))

  private func verdict(
    held: Bool, _ answers: [VRRPAnswer], isOnBus: Bool = true, running: Set<VIPSetup.Mover> = [.keepalived]
  ) throws -> Verdict {
    var setup = VIPSample.setup
    setup.keepalived = try VIPSample.keepalived(
      (isOnBus ? "global_defs {\n enable_dbus\n}\n" : "") + VIPSample.instance)
    setup.running = .known(running, source: "/proc")
    let sightings = answers.enumerated().map { VRRPSample(name: "VI_\($0 + 1)", answer: $1) }
    return VIPLeaderJudge(
      look: VIPSample.look(held: held ? "eth0" : nil, setup: setup, vrrp: sightings)
    ).verdict
  }

  @Test(
    arguments: [
      (true, .state(.master), CheckState.ok, "Keepalived is master (VI_1) and 192.168.100.230 is here"),
      (true, .state(.backup), .failing, "bound on eth0, but this host is not its leader: Keepalived is BACKUP (VI_1)"),
      (true, .state(.fault), .failing, "bound on eth0, but this host is not its leader: Keepalived is FAULT (VI_1)"),
      (true, .state(.starting), .unknown, "not decided yet"), (true, .state(.other(9)), .unknown, "(state 9)"),
      (true, .notOnBus, .ok, "'enable_dbus' is set, but org.keepalived.Vrrp1 is not on the system bus"),
      (true, .noSuchInstance, .ok, "Keepalived does not show the instance"),
      (true, denied, .unknown, "cannot be asked whether this host is the master: the system bus refuses"),
      (true, late, .unknown, "no answer in time"),
      (false, .state(.master), .failing, "Keepalived is master (VI_1), but 192.168.100.230 is not on this host"),
      (false, .state(.backup), .ok, "Keepalived is backup (VI_1) and 192.168.100.230 is not here"),
      (false, .state(.fault), .warning, "cannot take 192.168.100.230"),
      (false, .state(.starting), .unknown, "not decided yet"), (false, .state(.other(9)), .unknown, "(state 9)"),
      (false, .notOnBus, .skipped, "known to Keepalived alone; 'enable_dbus' is set, but"),
      (false, .noSuchInstance, .skipped, "does not show the instance"), (false, denied, .unknown, "refuses"),
      (false, late, .unknown, "no answer in time"),
    ] as [(Bool, VRRPAnswer, CheckState, String)]) func oneInstance(
      held: Bool, answer: VRRPAnswer, state: CheckState, words: String
    ) throws
  {
    let verdict = try verdict(held: held, [answer])
    #expect(verdict.state == state && verdict.summary.contains(words), "\(verdict)")
    let remedy =
      switch (held, answer) {
      case (true, .state(.backup)), (true, .state(.fault)): "ip address del 192.168.100.230/32 dev eth0"
      case (false, .state(.master)): "systemctl restart keepalived.service"
      case (false, .state(.fault)): "journalctl -u keepalived.service --since -1h"
      default: nil as String?
      }
    #expect(verdict.remedy == remedy)
    let told = verdict.evidence.filter { $0.source == "org.keepalived.Vrrp1 VI_1" }
    if case .state(let state) = answer {
      #expect(told.map(\.value) == [state.name])
    } else {
      #expect(told.isEmpty)
    }
  }

  @Test(
    arguments: [
      (true, .state(.master), .state(.master), CheckState.ok, "VI_1, VI_2"),
      (true, .state(.backup), .state(.master), .ok, "VI_2"), (true, .state(.master), denied, .ok, "VI_1"),
      (true, .state(.backup), .state(.fault), .failing, "BACKUP and FAULT (VI_1, VI_2)"),
      (true, .state(.backup), late, .unknown, "does not say what VI_2 is"),
      (true, .noSuchInstance, .state(.backup), .unknown, "does not show VI_1"),
      (true, .state(.backup), .state(.starting), .unknown, "not decided"),
      (false, .state(.backup), .state(.master), .failing, "master (VI_2), but"),
      (false, denied, .state(.master), .failing, "master (VI_2), but"),
      (false, .state(.backup), .state(.backup), .ok, "VI_1, VI_2"),
      (false, .state(.backup), .state(.fault), .warning, "FAULT (VI_2)"),
      (false, .state(.backup), late, .unknown, "does not say what VI_2 is"),
    ] as [(Bool, VRRPAnswer, VRRPAnswer, CheckState, String)]) func twoInstancesAreJudgedEach(
      held: Bool, first: VRRPAnswer, second: VRRPAnswer, state: CheckState, words: String
    ) throws
  {
    let verdict = try verdict(held: held, [first, second])
    #expect(verdict.state == state && verdict.summary.contains(words), "\(verdict)")
  }

  @Test(arguments: [denied, late, .notOnBus]) func withoutEnableDBusTheBusHidesNothing(answer: VRRPAnswer) throws {
    let held = try verdict(held: true, [answer], isOnBus: false)
    #expect(held.state == .ok && held.summary.hasSuffix("tell; 'enable_dbus' in global_defs lets Keepalived tell"))
    #expect(try verdict(held: false, [answer], isOnBus: false).state == .skipped)
  }

  @Test(arguments: [VRRPAnswer.notOnBus, denied]) func afterAKillTheAddressThatStayedWasLeftBehind(answer: VRRPAnswer)
    throws
  {
    let verdict = try verdict(held: true, [answer], running: [])
    #expect(verdict.state == .failing && verdict.summary.contains("left behind"))
  }

  @Test func keepalivedsWordNeedsNoProcesses() throws {
    var setup = VIPSample.setup
    setup.keepalived = try VIPSample.keepalived(VIPSample.instance)
    setup.running = .unreadable(FileError("/proc", .permissionDenied))
    let sighting = VRRPSample(name: "VI_API", answer: .state(.backup))
    #expect(VIPLeaderJudge(look: VIPSample.look(setup: setup, vrrp: [sighting])).verdict.state == .ok)
  }

  // MARK: from a recorded host

  private func look(_ recorded: String, instance: String = VIPSample.instance) async throws -> Verdict {
    let host = try TestHost([
      "/etc/keepalived/keepalived.conf": instance, "/proc/7/comm": "keepalived\n",
      "/recorded.yaml": """
      links: [{name: lo}, {name: eth0, mac: "52:54:00:00:00:01"}]
      addresses: [{interface: eth0, address: 192.168.100.171, prefixLength: 24}]
      \(recorded)

      """,
    ])
    let plugin = VIPPlugin(host: host.host)
    let verdicts = plugin.judge(try await plugin.observe(at: TestHost.time))
    return try #require(verdicts.first { $0.check == "vip.leader" })
  }

  @Test func theInstanceOfTheConfigurationIsAskedFor() async throws {
    #expect(try await look("vrrp: [{interface: eth0, id: 51, state: master}]").state == .failing)
    #expect(try await look("vrrp: [{interface: eth0, id: 51, state: backup}]").state == .ok)
    #expect(try await look("vrrp: [{interface: eth1, id: 51, state: master}]").state == .skipped)
    #expect(try await look("time: 1").state == .skipped)
  }

  @Test func anAddressThatAnInstanceOnlyCarriesAlongIsOfItsOtherFamily() async throws {
    let both = VIPSample.instance.replacing(
      "virtual_ipaddress {", with: "virtual_ipaddress_excluded {\nfd00::230\n}\nvirtual_ipaddress {")
    #expect(try await look("vrrp: [{interface: eth0, id: 51, state: backup}]", instance: both).state == .ok)
    #expect(try await look("vrrp: [{interface: eth0, id: 51, family: 6, state: backup}]", instance: both).state == .ok)
  }

  @Test func anInstanceWithoutAnInterfaceCannotBeAskedFor() async throws {
    let bare = VIPSample.instance.replacing("interface eth0", with: "")
    #expect(try await look("vrrp: [{interface: eth0, id: 51, state: master}]", instance: bare).state == .skipped)
  }
}
