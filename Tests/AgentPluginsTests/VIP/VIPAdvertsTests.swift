import AgentCore
import AgentHost
import Testing

@testable import AgentPlugins
@testable import AgentText

@Suite struct VIPAdvertsTests {
  private typealias Master = HeardAdverts.Master
  private static let router = HeardAdverts.Router(interface: "eth0", family: .v4, number: 51)
  private static let second = IPAddress(v4: 0xC0A8_64F0)

  private static func master(
    _ last: UInt32, priority: Int = 100, addresses: [IPAddress] = [VIPSample.address], isOwn: Bool = false,
    mac: HardwareAddress? = VIPSample.mac(9), began: Int = 60
  ) -> Master {
    Master(
      address: IPAddress(v4: 0xC0A8_6400 + last), hardwareAddress: mac, isOwn: isOwn, priority: priority,
      addresses: addresses, began: .seconds(began))
  }

  private static func heard(
    _ masters: [Master], on router: HeardAdverts.Router = router, listening: Int = 60
  ) -> AdvertOutcome {
    .heard(HeardAdverts(masters: [router: masters], listening: .seconds(listening), interfaces: ["eth0"]))
  }

  private func verdict(_ outcome: AdvertOutcome?, keepalived: String? = VIPSample.instance) throws -> Verdict {
    var setup = VIPSample.setup
    if let keepalived { setup.keepalived = try VIPSample.keepalived(keepalived) }
    var look = VIPSample.look(setup: setup)
    look.adverts = outcome
    return VIPConfigurationJudge(look: look, endpoint: nil).verdict
  }

  @Test(
    arguments: [
      (nil, CheckState.ok, "is sound"), (heard([master(171, isOwn: true)]), .ok, "; one host sends VRRP's adverts"),
      (heard([]), .ok, "no host sends"),
      (
        heard([master(171, isOwn: true), master(172)]), .failing,
        "this host (192.168.100.171) and 192.168.100.172 (52:54:00:00:00:09) are both master of virtual_router_id 51 "
          + "with the same priority 100: 192.168.100.230 is held twice"
      ),
      (heard([master(171), master(172, priority: 90)]), .failing, "are both master of virtual_router_id 51:"),
      (heard([master(171), master(172, addresses: [VIPSample.address, second])]), .failing, "addresses differ"),
      (
        heard([master(171), master(172, addresses: [second])]), .warning, "for different addresses: take another number"
      ),
      (heard([master(171), master(172, began: 2)]), .ok, "2 hosts send VRRP's adverts"),
      (.denied("CAP_NET_RAW"), .unknown, "CAP_NET_RAW"), (.failed("socket: no"), .unknown, "socket: no"),
      (.notRecorded, .unknown, "recording"), (.notApplicable("no link"), .ok, "no link"),
      // Not yet long enough to say that nothing is wrong.
      (heard([master(171)], listening: 2), .ok, "listened for 2 s only"),
      // The numbers of strangers' routers are their own concern, until they hold the address.
      (
        heard(
          [master(171, addresses: [second]), master(172, addresses: [second])],
          on: .init(interface: "eth0", family: .v4, number: 7)), .ok, "no host sends"
      ),
      (
        heard([master(171), master(172)], on: .init(interface: "eth0", family: .v4, number: 7)), .failing,
        "virtual_router_id 7"
      ),
      (
        heard([master(171, addresses: [second]), master(172, addresses: [second])]), .failing,
        "192.168.100.240 is held twice"
      ),
    ] as [(AdvertOutcome?, CheckState, String)]) func whoAdvertisesDecides(
      outcome: AdvertOutcome?, state: CheckState, words: String
    ) throws
  {
    let verdict = try verdict(outcome)
    #expect(verdict.state == state && verdict.summary.contains(words), "\(verdict)")
    #expect((verdict.remedy?.contains("tcpdump -ni eth0") == true) == (state == .failing || state == .warning))
  }

  @Test func oneHardwareAddressForTwoSetsOfAddressesIsAFailure() throws {
    let virtual = try #require(HardwareAddress(bytes: [0, 0, 0x5E, 0, 1, 51]))
    let masters = [Self.master(171, mac: virtual), Self.master(172, addresses: [Self.second], mac: virtual)]
    let verdict = try verdict(Self.heard(masters))
    #expect(verdict.state == .failing && verdict.summary.contains("same hardware address 00:00:5e:00:01:33"))
  }

  @Test func aHostThatMovesNothingHearsTheOthers() throws {
    let alone = try verdict(Self.heard([Self.master(171)]), keepalived: nil)
    #expect(alone.state == .ok && alone.summary.hasSuffix("one host sends VRRP's adverts"))
    #expect(try verdict(Self.heard([Self.master(171)], listening: 2), keepalived: nil).state == .skipped)
    #expect(try verdict(Self.heard([Self.master(171), Self.master(172)]), keepalived: nil).state == .failing)
    #expect(try verdict(.denied("CAP_NET_RAW"), keepalived: nil).state == .unknown)
  }

  @Test func whatTheFileGetsWrongIsSaidBeforeWhatCannotBeHeard() throws {
    let untracked = VIPSample.instance.replacing("track_script", with: "x")
    #expect(try verdict(.denied("CAP_NET_RAW"), keepalived: untracked).state == .warning)
    let both = try verdict(Self.heard([Self.master(171), Self.master(172)]), keepalived: untracked)
    #expect(both.state == .failing && both.evidence.contains { $0.value.contains("has no track_script") })
    #expect(both.evidence.contains { $0.source == "VRRP on eth0 from 192.168.100.172" })
  }

  // MARK: - Asked for

  private static let recorded = """
    links: [{name: eth0, mac: "52:54:00:00:00:01"}]
    addresses: [{interface: eth0, address: 192.168.100.171, prefixLength: 24}]
    adverts:
      - {interface: eth0, number: 51, from: 192.168.100.171, priority: 100, addresses: [192.168.100.230], own: true}
      - {interface: eth0, number: 51, from: 192.168.100.172, mac: "52:54:00:00:00:09", addresses: [192.168.100.230]}

    """

  private func configuration(_ checks: String, recorded: String = recorded) async throws -> Verdict {
    let settings = try Settings.load(text: Array(checks.utf8), file: "x").decode(VIPSettings.self)
    let host = try TestHost([
      "/etc/keepalived/keepalived.conf": VIPSample.instance, "/recorded.yaml": recorded,
    ])
    let plugin = VIPPlugin(host: host.host, settings: settings)
    let verdicts = plugin.judge(try await plugin.observe(at: TestHost.time))
    return try #require(verdicts.first { $0.check == "vip.configuration" })
  }

  @Test func onlyWhereTheConfigurationAsksForItIsItListened() async throws {
    #expect(try await configuration("").state == .ok)
    #expect(try await configuration("vip.configuration: {adverts: false}\n").state == .ok)
    let verdict = try await configuration("vip.configuration: {adverts: true}\n")
    #expect(verdict.state == .failing && verdict.summary.contains("both master of virtual_router_id 51"))
  }

  @Test(arguments: [
    ("adverts: []\n", CheckState.ok, "no host sends"), ("", .unknown, "recording"),
  ]) func aRecordingMayHaveListenedOrNot(recorded: String, state: CheckState, words: String) async throws {
    let verdict = try await configuration(
      "vip.configuration: {adverts: true}\n", recorded: "links: [{name: eth0}]\n" + recorded)
    #expect(verdict.state == state && verdict.summary.contains(words), "\(verdict)")
  }

  @Test func aWrongSettingIsNamed() throws {
    let error = #expect(throws: SettingsErrors.self) {
      try Settings.load(text: Array("vip.configuration: {adverts: maybe}\n".utf8), file: "x").decode(VIPSettings.self)
    }
    #expect("\(try #require(error))".contains("vip.configuration.adverts"))
  }
}
