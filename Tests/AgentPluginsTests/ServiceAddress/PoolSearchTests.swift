import AgentCore
import AgentHost
import AgentTesting
import Testing

@testable import AgentKnowledge
@testable import AgentPlugins

@Suite struct PoolSearchTests {
  private typealias Support = ServiceAddressSupport

  private func settings(_ pools: String, inUse: String = "") throws -> ServiceAddressSettings {
    try Support.settings("serviceAddresses: {pools: [\(pools)], inUse: [\(inUse)]}").serviceAddresses
  }

  private func plan(
    _ pools: String, inUse: String = "", taken: [String] = [], table: NetworkTable? = nil
  ) throws -> PoolPlan {
    var network = try table ?? Support.table()
    for index in network.links.indices where network.links[index].name != "lo" {
      network.links[index].hardwareAddress = try Support.hardware("52:54:00:00:01:0\(index)")
    }
    return PoolPlan(try settings(pools, inUse: inUse), taken: Set(try taken.map(Support.address)), in: network)
  }

  private func addresses(_ plan: PoolPlan) -> [String] { plan.addresses.keys.sorted().map { "\($0)" } }

  // MARK: - What is searched

  @Test func whatIsInUseTakenOrHeldIsNotAskedFor() throws {
    let table = try Support.table(["192.168.100.243/32 eth0", "192.168.100.244/32 kube-ipvs0"])
    var silent = table
    for index in silent.links.indices where silent.links[index].name == "kube-ipvs0" {
      silent.links[index].flags.insert(.noARP)
    }
    let plan = try plan(
      "192.168.100.240-192.168.100.245", inUse: "192.168.100.241", taken: ["192.168.100.242"], table: silent)
    #expect(addresses(plan) == ["192.168.100.240", "192.168.100.244", "192.168.100.245"])
    #expect(Set(plan.addresses.values) == ["eth0"] && plan.leftOut.isEmpty)
  }

  @Test func largePoolsAndOtherLinksAreLeftOut() throws {
    #expect(try plan("192.168.100.0/26").addresses.count == 64)
    let large = try plan("\"192.168.100.100-192.168.100.164\"")
    #expect(large.addresses.isEmpty && large.leftOut.first?.contains("more than 64") == true)
    let away = try plan("10.9.9.0/29, 192.168.100.248/30")
    #expect(away.addresses.count == 4 && away.leftOut == ["10.9.9.0-10.9.9.7 is on no link that this node can ask on"])
  }

  @Test func wiFiIsNeverSearched() throws {
    var table = try Support.table()
    for index in table.links.indices where table.links[index].name == "eth0" { table.links[index].isWireless = true }
    let plan = try plan("192.168.100.248/30", table: table)
    #expect(plan.addresses.isEmpty)
    #expect(plan.leftOut == ["192.168.100.248-192.168.100.251 is on eth0, which is Wi-Fi"])
  }

  @Test(arguments: ["10.0.0.0/8", "192.168.100.250-192.168.100.240", "192.168.100.250-fd00::1"])
  func impossiblePoolsAreRefusedByTheConfiguration(pool: String) {
    #expect(throws: (any Error).self) { try settings("\"\(pool)\"") }
  }

  // MARK: - When it is searched

  private static let recording = """
    links: [{name: lo}, {name: eth0, mac: 52:54:00:00:00:01}, {name: wlan0, wireless: true}]
    addresses: [{interface: eth0, address: 192.168.100.234, prefixLength: 24}]
    neighbours: [{interface: eth0, address: 192.168.100.231, mac: 52:54:00:00:00:0a}]
    arp:
      - {address: 192.168.100.240, claimants: [52:54:00:00:00:0a]}
      - {address: 192.168.100.241, claimants: [52:54:00:00:00:0a]}
      - {address: 192.168.100.242, claimants: []}
      - {address: 192.168.100.243, claimants: [52:54:00:00:00:ff]}
      - {address: 192.168.100.244, claimants: [52:54:00:00:00:0a]}

    """
  private static let cluster = """
    serviceAddresses:
      pools: ["192.168.100.240-192.168.100.244"]
      inUse: [192.168.100.241]
      ingress: {address: 192.168.100.240}
    """

  private func host(_ overrides: RoundOverrides, roles: Set<Role> = [.worker], recording: String = recording) throws
    -> TestHost
  {
    try TestHost(
      ["/recorded.yaml": recording, "/proc/1/comm": "systemd\n"], roles: roles, cluster: Support.settings(Self.cluster),
      overrides: overrides)
  }

  private func strangers(
    _ overrides: RoundOverrides, roles: Set<Role> = [.worker], recording: String = recording
  ) async throws -> [String: Verdict] {
    let host = try host(overrides, roles: roles, recording: recording)
    let plugin = ServiceAddressPlugin(host: host.host)
    let verdicts = plugin.judge(try await plugin.observe(at: TestHost.time))
    return Dictionary(
      uniqueKeysWithValues: verdicts.filter { $0.check == "service-address.stranger" }.map { ($0.subject, $0) })
  }

  @Test(arguments: [["service-address.stranger"], ["service-address"]]) func doctorSearchesWhenItIsAskedByName(
    named: Set<String>
  ) async throws {
    let found = try await strangers(RoundOverrides(named: named))
    #expect(found.mapValues(\.state) == ["192.168.100.243": .warning, "192.168.100.244": .ok])
    #expect(found["192.168.100.243"]?.evidence.map(\.value) == ["192.168.100.243 is at 52:54:00:00:00:ff"])
    #expect(found["192.168.100.244"]?.summary.contains("192.168.100.231 (52:54:00:00:00:0a)") == true)
  }

  @Test(arguments: [[], ["addresses"], ["service-address.claimants"]]) func otherwiseDoctorDoesNotSearch(
    named: Set<String>
  ) async throws {
    let found = try await strangers(RoundOverrides(named: named), roles: [.controlPlane])
    #expect(found.mapValues(\.state) == ["": .skipped])
    #expect(found[""]?.summary.contains("not searched") == true)
  }

  @Test func withTooLittleTimeItSaysHowFarItCame() async throws {
    let found = try await strangers(RoundOverrides(timeout: .milliseconds(2800), named: ["service-address"]))
    #expect(found.mapValues(\.state) == ["192.168.100.243": .warning, "": .unknown])
    #expect(found[""]?.summary.contains("2 of 3 other pool addresses") == true, "\(found)")
    #expect(found[""]?.summary.contains("--timeout 5 is enough") == true, "\(found)")
  }

  @Test func whatCannotBeAskedIsUnknown() async throws {
    let cut = Self.recording.split(separator: "\n").filter { !$0.contains(".243, claim") }.joined(separator: "\n")
    let found = try await strangers(RoundOverrides(named: ["service-address"]), recording: cut)
    #expect(found.mapValues(\.state) == ["": .unknown])
    var observation = try Support.observation()
    observation.search = .init(plan: try plan("192.168.100.248/30"), problem: .denied("CAP_NET_RAW"), goesOn: true)
    let denied = ServiceStrangerJudge(observation: observation).verdicts
    #expect(denied.map(\.state) == [.unknown] && denied[0].summary.contains("without CAP_NET_RAW"))
  }

  @Test func wherePoolsAreSearchedAndNobodyAnswersItIsOk() throws {
    var observation = try Support.observation()
    let plan = try plan("192.168.100.248/30, 10.9.9.0/29")
    observation.search = .init(plan: plan, answers: plan.addresses.mapValues { _ in [] }, goesOn: true)
    let verdicts = ServiceStrangerJudge(observation: observation).verdicts
    #expect(verdicts.map(\.state) == [.ok] && verdicts[0].summary.contains("other 4 addresses"))
    #expect(verdicts[0].evidence.count == 1, "what was left out")
    observation.search = .init(plan: try self.plan("10.9.9.0/29"), goesOn: true)
    let nothing = ServiceStrangerJudge(observation: observation).verdicts
    #expect(nothing.map(\.state) == [.skipped] && nothing[0].summary.contains("on no link"))
  }

  /// Rounds of the daemon, every 30 s; the moments at which addresses were asked for, in seconds.
  private func rounds(_ shifts: [Double], hours: Double) async throws -> [(Int, PoolSearch.Findings)] {
    let host = try host(RoundOverrides(isLasting: true))
    let next = Shifts(shifts)
    let search = PoolSearch(host.host.network, interval: .seconds(30)) { next.next() }
    let plan = PoolPlan(
      try Support.settings(Self.cluster).serviceAddresses, taken: [], in: try await host.host.network.table())
    var seen: [(Int, PoolSearch.Findings)] = []
    for second in stride(from: 0, through: Int(hours * 3600), by: 30) {
      let findings = await search.step(plan, at: TestHost.time.advanced(by: .seconds(second)))
      if findings != seen.last?.1 { seen.append((second, findings)) }
    }
    return seen
  }

  @Test func theDaemonGoesOneAddressARoundAndBeginsEverySixHours() async throws {
    let seen = try await rounds([-1, 0], hours: 1)
    #expect(seen.map(\.0) == [0, 30, 60])
    #expect(seen.map(\.1.answers.count) == [1, 2, 3] && seen.map(\.1.isComplete) == [false, false, true])
    // Half of six hours later at first, when nothing shifts it.
    let later = try await rounds([0, 0], hours: 4)
    #expect(later.map(\.0) == [0, 10_800, 10_830, 10_860])
  }

  @Test func triggersDoNotHurryTheSearch() async throws {
    let host = try host(RoundOverrides(isLasting: true))
    let search = PoolSearch(host.host.network, interval: .seconds(30)) { -1 }
    let plan = PoolPlan(
      try Support.settings(Self.cluster).serviceAddresses, taken: [], in: try await host.host.network.table())
    for tick in 0..<140 {
      let findings = await search.step(plan, at: TestHost.time.advanced(by: .milliseconds(tick * 100)))
      #expect(findings.answers.count == 1)
    }
  }

  @Test(
    arguments: [([.controlPlane], true), ([.worker], false), ([.loadBalancer], false)] as [(Set<Role>, Bool)])
  func onlyControlPlaneNodesSearchUnasked(roles: Set<Role>, isSearching: Bool) async throws {
    let host = try host(RoundOverrides(named: ["service-address"], isLasting: true), roles: roles)
    let observation = try await ServiceAddressPlugin(host: host.host).observe(at: TestHost.time)
    #expect((observation.search != nil) == isSearching)
    #expect(observation.search?.goesOn != false)
  }
}

/// Numbers one after the other; the last one stays.
private final class Shifts: Sendable {
  private let left: Guarded<[Double]>

  init(_ numbers: [Double]) { left = Guarded(numbers) }

  func next() -> Double { left.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] } }
}
