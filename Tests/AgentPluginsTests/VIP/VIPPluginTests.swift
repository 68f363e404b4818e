@testable import AgentHost
import AgentCore
import Testing

@testable import AgentKnowledge
@testable import AgentPlugins
@testable import AgentText

@Suite struct VIPPluginTests {
  private static let links = """
    links:
      - {name: lo}
      - {name: eth0, mac: "52:54:00:00:00:01"}
    addresses:
      - {interface: eth0, address: 192.168.100.171, prefixLength: 24}

    """
  private static let held = links + "  - {interface: eth0, address: 192.168.100.230, prefixLength: 32}\n"
  private static let balancer = ["/etc/keepalived/keepalived.conf": VIPSample.instance, "/proc/7/comm": "keepalived\n"]

  private func look(
    _ recorded: String, files: [String: String] = balancer, forbidden: [String] = [], cluster: String = "",
    roles: Set<Role>? = nil
  ) async throws -> (verdicts: [CheckID: Verdict], metrics: [MetricFamily]) {
    let settings = try Settings.load(text: Array(cluster.utf8), file: "x").decode(ClusterSettings.self)
    let host = try TestHost(
      files.merging(["/recorded.yaml": recorded]) { $1 }, forbidden: forbidden, roles: roles, cluster: settings)
    let plugin = VIPPlugin(host: host.host)
    let observation = try await plugin.observe(at: TestHost.time)
    let verdicts = plugin.judge(observation)
    #expect(verdicts.map(\.check) == VIPPlugin.descriptor.checks.map(\.id))
    return (Dictionary(uniqueKeysWithValues: verdicts.map { ($0.check, $0) }), plugin.metrics(observation))
  }

  private func states(_ verdicts: [CheckID: Verdict]) -> [String: CheckState] {
    Dictionary(uniqueKeysWithValues: verdicts.map { ($0.key.description, $0.value.state) })
  }

  @Test func aBalancerThatHoldsTheAddressIsWell() async throws {
    let (verdicts, metrics) = try await look(Self.held + "arp:\n  - {address: 192.168.100.230, claimants: []}\n")
    #expect(verdicts.values.allSatisfy { $0.state == .ok }, "\(states(verdicts))")
    #expect(verdicts["vip.held"]?.summary == "this host holds 192.168.100.230 on eth0")
    #expect(verdicts["vip.held"]?.evidence.first?.source == "rtnetlink eth0")
    let samples = Dictionary(uniqueKeysWithValues: metrics.map { ($0.name.description, $0.samples) })
    #expect(
      samples["nodeagent_address_held"] == [MetricSample(1, ["address": "192.168.100.230", "kind": "vip"])])
    #expect(
      samples["nodeagent_address_held_info"]
        == [MetricSample(1, ["address": "192.168.100.230", "interface": "eth0"])])
    #expect(samples["nodeagent_address_claimants"] == [MetricSample(1, ["address": "192.168.100.230"])])
    #expect(
      samples["nodeagent_address_claimant_info"]
        == [MetricSample(1, ["address": "192.168.100.230", "mac": "52:54:00:00:00:01"])])
    #expect(samples["nodeagent_address_events_total"]?.map(\.value) == [0, 0])
  }

  @Test func twoHoldersAreCounted() async throws {
    let (verdicts, metrics) = try await look(
      Self.held + "arp:\n  - {address: 192.168.100.230, claimants: [\"52:54:00:00:00:09\"]}\n")
    #expect(verdicts["vip.claimants"]?.state == .failing)
    let count = metrics.first { $0.name == "nodeagent_address_claimants" }?.samples.map(\.value)
    #expect(count == [2])
  }

  @Test(arguments: [
    ("{target: \"192.168.100.230:6443\", fails: connect, reason: no route to host}", CheckState.failing),
    ("{target: \"192.168.100.230:6443\", fails: head, reason: is no HTTP}", .warning),
    ("{target: \"192.168.100.230:6443\", status: 400}", .warning),
    ("{target: \"192.168.100.231:6443\", status: 400}", .unknown),
  ]) func nobodyOnTheLinkIsTriedByAConnection(http: String, state: CheckState) async throws {
    let (verdicts, metrics) = try await look(
      Self.links + "arp:\n  - {address: 192.168.100.230, claimants: []}\nhttp:\n  - \(http)\n")
    #expect(verdicts["vip.claimants"]?.state == state)
    #expect(metrics.first { $0.name == "nodeagent_address_claimants" }?.samples.map(\.value) == [0])
    #expect(metrics.first { $0.name == "nodeagent_address_held" }?.samples.map(\.value) == [0])
  }

  @Test func whatWasNotRecordedIsUnknownNeverWell() async throws {
    let (verdicts, metrics) = try await look("time: 1\n")
    #expect(verdicts["vip.held"]?.state == .unknown && verdicts["vip.claimants"]?.state == .unknown)
    #expect(metrics.first { $0.name == "nodeagent_address_held" }?.samples.isEmpty == true)
  }

  @Test(
    arguments: [
      ("", [:], CheckState.skipped, "no shared address"),
      ("controlPlane: {manager: none, endpoint: \"192.168.100.230:6443\"}\n", balancer, .skipped, "manager is none"),
      ("controlPlane: {endpoint: \"api.example.org:6443\"}\n", balancer, .skipped, "is the name api.example.org"),
    ] as [(String, [String: String], CheckState, String)]) func withoutASharedAddressEverythingIsSkipped(
      cluster: String, files: [String: String], state: CheckState, words: String
    ) async throws
  {
    let (verdicts, metrics) = try await look(Self.links, files: files, cluster: cluster)
    #expect(verdicts.values.allSatisfy { $0.state == state && $0.summary.contains(words) && $0.subject.isEmpty })
    #expect(metrics.allSatisfy { $0.samples.isEmpty })
  }

  @Test func aConfigurationThatCannotBeReadIsUnknown() async throws {
    let (verdicts, _) = try await look(Self.links, forbidden: ["/etc/keepalived"], roles: [.loadBalancer])
    #expect(verdicts.values.allSatisfy { $0.state == .unknown })
    #expect(verdicts.values.allSatisfy { $0.summary.contains("/etc/keepalived/keepalived.conf") })
  }

  @Test func aWorkerLooksAtTheAddressOfItsKubeconfig() async throws {
    let (verdicts, _) = try await look(
      Self.links + "arp:\n  - {address: 192.168.100.230, claimants: [\"52:54:00:00:00:09\"]}\n",
      files: [
        "/etc/kubernetes/kubelet.conf": "clusters: [{cluster: {server: \"https://192.168.100.230:6443\"}}]\n",
        "/proc/1/comm": "init\n",
      ])
    #expect(
      states(verdicts) == [
        "vip.held": .ok, "vip.claimants": .ok, "vip.flapping": .ok, "vip.leader": .skipped, "vip.contamination": .ok,
        "vip.configuration": .skipped,
      ])
  }

  // MARK: - Whose address

  private static let kubeconfig = [
    "/etc/kubernetes/kubelet.conf": "clusters: [{cluster: {server: \"https://192.168.100.229:6443\"}}]\n"
  ]

  @Test func onAClusterNodeTheKubeconfigDecides() async throws {
    let files = Self.balancer.merging(Self.kubeconfig) { $1 }
    let (verdicts, _) = try await look(
      Self.links + "arp:\n  - {address: 192.168.100.229, claimants: [\"52:54:00:00:00:09\"]}\n", files: files)
    #expect(verdicts["vip.claimants"]?.subject == "192.168.100.229" && verdicts["vip.claimants"]?.state == .ok)
    #expect(verdicts["vip.leader"]?.summary == "nothing on this host moves 192.168.100.229")
  }

  @Test func ofSeveralAddressesTheOneThatIsServedIsIt() async throws {
    let second = VIPSample.instance.replacing("VI_API", with: "VI_WEB").replacing("100.230", with: "100.250")
      .replacing("id 51", with: "id 52")
    let files = ["/etc/keepalived/keepalived.conf": second + VIPSample.instance, "/proc/7/comm": "keepalived\n"]
    let (verdicts, _) = try await look(Self.links, files: files)
    #expect(
      verdicts.values.allSatisfy { $0.state == .unknown && $0.summary.contains("192.168.100.250, 192.168.100.230") })
    let serving = files.merging(["/etc/haproxy/haproxy.cfg": "frontend a\n bind 192.168.100.230:6443\n"]) { $1 }
    #expect(try await look(Self.links, files: serving).verdicts["vip.claimants"]?.subject == "192.168.100.230")
  }

  private static func bgp(_ mode: String) -> [String: String] {
    [
      "/etc/kubernetes/manifests/kube-vip.yaml": """
      kind: Pod
      metadata: {name: kube-vip}
      spec:
        containers:
        - image: ghcr.io/kube-vip/kube-vip:v0.9.1
          args: [manager]
          env:
          - {name: \(mode), value: "true"}
          - {name: vip_interface, value: lo}
          - {name: cp_enable, value: "true"}
          - {name: address, value: 192.168.100.230}
      """, "/proc/7/comm": "kube-vip\n",
    ]
  }

  @Test(arguments: ["bgp_enable", "vip_routingtable"])
  func withRoutersNobodyNeedAnswerOnTheLink(mode: String) async throws {
    let recorded =
      Self.links.replacing("{name: lo}", with: "{name: lo}")
      + "  - {interface: lo, address: 192.168.100.230, prefixLength: 32}\narp:\n"
      + "  - {address: 192.168.100.230, claimants: []}\nhttp:\n  - {target: \"192.168.100.230:6443\", status: 401}\n"
    let (verdicts, metrics) = try await look(recorded, files: Self.bgp(mode))
    #expect(verdicts.values.allSatisfy { $0.state == .ok || $0.state == .skipped }, "\(states(verdicts))")
    #expect(verdicts["vip.claimants"]?.state == .skipped && verdicts["vip.held"]?.summary.contains("on lo") == true)
    #expect(metrics.first { $0.name == "nodeagent_address_held" }?.samples.map(\.value) == [0])
    #expect(
      metrics.first { $0.name == "nodeagent_address_held_info" }?.samples
        == [MetricSample(1, ["address": "192.168.100.230", "interface": "lo"])])
    // By ARP the same is a finding.
    let (byARP, _) = try await look(recorded, files: Self.bgp("vip_arp"))
    #expect(byARP["vip.claimants"]?.state == .warning)
  }

  /// A worker does not see how the masters move it: several of them may be meant, a stranger never is.
  @Test(arguments: [
    ("[192.168.100.231, 192.168.100.232]", [:], CheckState.warning), ("[192.168.100.231]", [:], .failing),
    ("[]", [:], .failing),
    ("[192.168.100.231, 192.168.100.232]", balancer, .failing),
  ]) func severalMastersMayHoldItByRouters(members: String, files: [String: String], state: CheckState) async throws {
    let servers = members.replacing(", ", with: ":6443\", \"").replacing("[1", with: "[\"1").replacing(
      "2]", with: "2:6443\"]"
    )
    .replacing("231]", with: "231:6443\"]")
    let (verdicts, _) = try await look(
      Self.links + """
        neighbours:
          - {interface: eth0, address: 192.168.100.231, mac: "52:54:00:00:00:0a"}
          - {interface: eth0, address: 192.168.100.232, mac: "52:54:00:00:00:0b"}
        arp:
          - {address: 192.168.100.230, claimants: ["52:54:00:00:00:0a", "52:54:00:00:00:0b"]}

        """, files: files.merging(["/proc/1/comm": "init\n"]) { $1 },
      cluster: "controlPlane: {endpoint: \"192.168.100.230:6443\", members: \(servers)}\n")
    let verdict = verdicts["vip.claimants"]
    #expect(verdict?.state == state, "\(states(verdicts))")
    #expect((verdict?.atRisk == []) == (state == .warning))
  }

  // MARK: - A cable that is out

  @Test(arguments: [
    (held, CheckState.ok), (held.replacing("01\"}", with: "01\", carrier: false}"), .unknown),
    (links, .failing), (links.replacing("01\"}", with: "01\", carrier: false}"), .unknown),
    // Another interface on the same link works.
    (
      links.replacing("01\"}", with: "01\", carrier: false}\n  - {name: eth1, mac: \"52:54:00:00:00:02\"}")
        + "  - {interface: eth1, address: 192.168.100.172, prefixLength: 24}\n", .failing
    ),
  ]) func withoutACarrierSilenceSaysNothing(network: String, state: CheckState) async throws {
    let (verdicts, metrics) = try await look(
      network + "arp:\n  - {address: 192.168.100.230, claimants: []}\n"
        + "http:\n  - {target: \"192.168.100.230:6443\", fails: connect, reason: no route to host}\n")
    #expect(verdicts["vip.claimants"]?.state == state, "\(states(verdicts))")
    let count = metrics.first { $0.name == "nodeagent_address_claimants" }?.samples.count
    #expect(count == (state == .unknown ? 0 : 1))
  }

  @Test func passwordsAreNotKept() async throws {
    let secret = VIPSample.instance.replacing(
      "track_script", with: "authentication {\nauth_pass SECRETWORD\n}\ntrack_script")
    let host = try TestHost(["/etc/keepalived/keepalived.conf": secret, "/recorded.yaml": Self.links])
    let observation = try await VIPPlugin(host: host.host).observe(at: TestHost.time)
    #expect(observation.look?.setup.keepalived.value?.instances.count == 1)
    #expect(!"\(observation)".contains("SECRETWORD"))
  }
}
