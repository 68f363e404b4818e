@testable import AgentKnowledge
import AgentCore
import AgentHost
import Testing

@testable import AgentPlugins

@Suite struct ServiceAddressPluginTests {
  private typealias Support = ServiceAddressSupport

  private static let recording = """
    links:
      - {name: lo}
      - {name: eth0, mac: 52:54:00:00:00:01}
    addresses:
      - {interface: eth0, address: 192.168.100.234, prefixLength: 24}
    neighbours:
      - {interface: eth0, address: 192.168.100.231, mac: 52:54:00:00:00:0a}
      - {interface: eth0, address: 192.168.100.245, mac: 52:54:00:00:00:ff}
    arp:
      - {address: 192.168.100.240, claimants: [52:54:00:00:00:0a]}
      - {address: 192.168.100.241, claimants: []}
    """
  private static let processes = ["/proc/1/comm": "systemd\n", "/proc/77/comm": "kubelet\n"]

  private func observe(
    _ files: [String: String], cluster: String = Support.cluster, forbidden: [String] = []
  ) async throws -> (ServiceAddressObservation, ServiceAddressPlugin) {
    let host = try TestHost(files, forbidden: forbidden, cluster: Support.settings(cluster))
    let plugin = ServiceAddressPlugin(host: host.host)
    return (try await plugin.observe(at: TestHost.time), plugin)
  }

  private func states(_ files: [String: String], cluster: String = Support.cluster, forbidden: [String] = [])
    async throws -> [String: CheckState]
  {
    let (observation, plugin) = try await observe(files, cluster: cluster, forbidden: forbidden)
    let verdicts = plugin.judge(observation)
    #expect(Set(verdicts.map(\.check)) == Set(ServiceAddressPlugin.descriptor.checks.map(\.id)))
    return Dictionary(uniqueKeysWithValues: verdicts.map { ($0.key.description, $0.state) })
  }

  @Test func aRecordedNodeIsJudgedAsALiveOne() async throws {
    let files = Self.processes.merging(["/recorded.yaml": Self.recording]) { $1 }
    let expected: [String: CheckState] = [
      "service-address.claimants 192.168.100.240": .ok, "service-address.claimants 192.168.100.241": .failing,
      "service-address.stranger 192.168.100.245": .warning, "service-address.bound": .ok, "service-address.pool": .ok,
    ]
    #expect(try await states(files) == expected)
    let speaking = files.merging(["/proc/99/comm": "speaker\n"]) { $1 }
    #expect(try await states(speaking)["service-address.claimants 192.168.100.241"] == .unknown)
  }

  @Test func nothingConfiguredIsNothingToJudge() async throws {
    let states = try await states([:], cluster: "")
    #expect(states.count == 4 && states.values.allSatisfy { $0 == .skipped })
  }

  @Test func aHostThatShowsNothingIsUnknown() async throws {
    let states = try await states([:], forbidden: ["/"])
    #expect(states.count == 5 && states.values.allSatisfy { $0 == .unknown }, "\(states)")
  }

  @Test func theKeepalivedAddressInAPoolIsFound() async throws {
    let keepalived = "vrrp_instance A {\n  virtual_ipaddress {\n    192.168.100.250/24\n  }\n}\n"
    let files = ["/recorded.yaml": Self.recording, "/etc/keepalived/keepalived.conf": keepalived]
    #expect(try await states(files)["service-address.pool 192.168.100.250"] == .failing)
  }

  // MARK: - Addresses that Keepalived moves

  private static let ingress =
    "vrrp_instance I {\n interface eth0\n virtual_ipaddress {\n 192.168.100.250/24\n fe80::250\n }\n}\n"
  private static let worker = [
    "/etc/keepalived/keepalived.conf": ingress,
    "/etc/kubernetes/kubelet.conf": "clusters: [{cluster: {server: \"https://192.168.100.230:6443\"}}]\n",
  ]

  @Test(arguments: [
    ("[]", "", CheckState.failing, "Keepalived moves it here"), ("[52:54:00:00:00:0a]", "", .ok, "answers for it"),
    ("[]", "  - {interface: eth0, address: 192.168.100.250, prefixLength: 24}\n", .ok, "this node holds it"),
    ("[52:54:00:00:00:0a, 52:54:00:00:00:0b]", "", .failing, "held twice"),
  ]) func anAddressOfKeepalivedIsInUse(claimants: String, held: String, state: CheckState, words: String) async throws {
    let recorded = """
      links:
        - {name: lo}
        - {name: eth0, mac: 52:54:00:00:00:01}
      arp:
        - {address: 192.168.100.250, claimants: \(claimants)}
      addresses:
        - {interface: eth0, address: 192.168.100.234, prefixLength: 24}

      """ + held
    // A speaker that runs here announces Services, not this address.
    let files = Self.worker.merging(["/recorded.yaml": recorded, "/proc/99/comm": "speaker\n"]) { $1 }
    let (observation, plugin) = try await observe(files, cluster: "")
    let verdicts = plugin.judge(observation).filter { $0.check == "service-address.claimants" }
    #expect(verdicts.map(\.subject) == ["192.168.100.250"])
    #expect(verdicts.first?.state == state && verdicts.first?.summary.contains(words) == true, "\(verdicts)")
    #expect(verdicts.first?.remedy?.contains("metallb") != true)
    let silent = recorded.replacing("00:01}", with: "00:01, carrier: false}")
    let cut = try await observe(files.merging(["/recorded.yaml": silent]) { $1 }, cluster: "")
    #expect(cut.1.judge(cut.0).first { $0.check == "service-address.claimants" }?.state == .unknown)
  }

  @Test func whereNoneIsKnownToBeTheServersAllAreInUse() async throws {
    let second = Self.ingress.replacing("_instance I", with: "_instance J").replacing("100.250", with: "100.251")
    let files = ["/etc/keepalived/keepalived.conf": Self.ingress + second, "/recorded.yaml": Self.recording]
    let subjects = try await states(files, cluster: "").keys.filter { $0.hasPrefix("service-address.claimants") }
    #expect(subjects.sorted().map { String($0.suffix(15)) } == ["192.168.100.250", "192.168.100.251"])
  }

  @Test func manyAddressesOfKeepalivedDoNotFloodTheLink() async throws {
    let many = (1...40).map { "192.0.2.\($0)" }.joined(separator: "\n")
    let files = Self.worker.merging([
      "/etc/keepalived/keepalived.conf": Self.ingress.replacing("fe80::250", with: many),
      "/recorded.yaml": Self.recording,
    ]) { $1 }
    #expect(try await observe(files, cluster: "").0.claims.count == 16)
  }

  @Test func theSharedAddressOfTheServersIsNotJudgedTwice() async throws {
    let files = Self.worker.merging([
      "/etc/keepalived/keepalived.conf": Self.ingress.replacing("100.250", with: "100.230"),
      "/recorded.yaml": Self.recording,
    ]) { $1 }
    #expect(try await states(files, cluster: "").values.allSatisfy { $0 == .skipped })
  }

  @Test(
    arguments: [
      (["1": "systemd", "9": "speaker"], Fact<ServiceAnnouncer>.known(.init(name: "speaker"), source: "/proc/9/comm")),
      (["1": "systemd", "5": "kube-vip", "9": "speaker"], .known(.init(name: "speaker"), source: "/proc/9/comm")),
      (["1": "systemd", "5": "kube-vip"], .known(.init(name: "kube-vip"), source: "/proc/5/comm")),
      (["1": "systemd", "9": "speaker-test"], .absent),
      (["9": "kubelet"], .unreadable(FileError("/proc/1/comm", .notFound))),
      ([:], .unreadable(FileError("/proc", .notFound))),
    ] as [([String: String], Fact<ServiceAnnouncer>)]) func announcersAreFoundByName(
      processes: [String: String], expected: Fact<ServiceAnnouncer>
    ) async throws
  {
    let files = Dictionary(uniqueKeysWithValues: processes.map { ("/proc/\($0)/comm", "\($1)\n") })
    let host = try TestHost(files)
    #expect(ServiceAnnouncer.find(among: await host.host.processes(), host.files) == expected)
  }

  @Test func processesThatAreHiddenAreNotAbsent() async throws {
    let host = try TestHost(Self.processes, forbidden: ["/proc/1"])
    let announcer = ServiceAnnouncer.find(among: await host.host.processes(), host.files)
    #expect(announcer.error?.path == "/proc/1/comm")
    #expect(announcer.mayAnnounceUnseen)
  }

  // MARK: - Metrics

  private func metrics(_ observation: ServiceAddressObservation) -> [String: [Double]] {
    let families = ServiceAddressMetrics.families(observation)
    return Dictionary(uniqueKeysWithValues: families.map { ($0.name.description, $0.samples.map(\.value)) })
  }

  @Test func claimantsAreCountedAndNamed() throws {
    let observation = try Support.observation(outcome: Support.answered([Support.nodeA, Support.nodeB]))
    #expect(
      metrics(observation) == [
        "nodeagent_address_held": [0], "nodeagent_address_claimants": [2], "nodeagent_address_claimant_info": [1, 1],
      ])
    let families = ServiceAddressMetrics.families(observation)
    #expect(families.first?.samples.first == MetricSample(0, ["address": Support.ingress, "kind": "service"]))
    #expect(families.last?.samples.last == MetricSample(1, ["address": Support.ingress, "mac": Support.nodeB]))
  }

  @Test func silenceIsANumberOnlyWhereThisNodeIsNotTheOneThatAnswers() throws {
    let none = try Support.answered([])
    #expect(try metrics(Support.observation(outcome: none))["nodeagent_address_claimants"] == [0])
    let speaker = Support.announcer("speaker")
    #expect(try metrics(Support.observation(outcome: none, announcer: speaker)) == ["nodeagent_address_held": [0]])
    var heard = HeardClaims()
    heard.ownClaim = TestHost.time
    let seen = try Support.observation(outcome: none, heard: heard, announcer: speaker)
    #expect(metrics(seen)["nodeagent_address_claimants"] == [1])
    let holder = try Support.observation(outcome: none, table: Support.table(["192.168.100.240/32 eth0"]))
    #expect(metrics(holder) == ["nodeagent_address_held": [1], "nodeagent_address_claimants": [1]])
  }

  @Test func whatCouldNotBeSeenHasNoNumber() throws {
    #expect(try metrics(Support.observation(outcome: .denied("CAP_NET_RAW"), error: .changing)).isEmpty)
    #expect(try metrics(Support.observation(outcome: Support.answered([]), error: .changing)).isEmpty)
    #expect(try metrics(Support.observation()).isEmpty)
  }
}
