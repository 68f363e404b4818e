import AgentCore
import AgentHost
import Testing

@testable import AgentKnowledge
@testable import AgentPlugins
@testable import AgentText

@Suite struct ServicePoolTests {
  private typealias Support = ServiceAddressSupport

  private static let noPools = "serviceAddresses: {ingress: {address: 192.168.100.240}}"

  private func expect(_ verdicts: [Verdict], _ expected: [(String, CheckState, String)]) {
    #expect(verdicts.map(\.subject) == expected.map(\.0))
    #expect(verdicts.map(\.state) == expected.map(\.1))
    for (verdict, wanted) in zip(verdicts, expected) { #expect(verdict.summary.contains(wanted.2), "\(verdict)") }
  }

  // MARK: - Strangers

  @Test(
    arguments: [
      ([], [("", .skipped, "not searched")]),
      ([("192.168.100.245", Support.phone)], [("192.168.100.245", .warning, "52:54:00:00:00:ff has it")]),
      ([("192.168.100.245", Support.nodeA)], [("192.168.100.245", .ok, "192.168.100.231 (52:54:00:00:00:0a)")]),
      ([("192.168.100.240", Support.phone)], [("", .skipped, "not searched")]),
      (
        [("192.168.100.246", Support.phone), ("192.168.100.245", Support.nodeA)],
        [("192.168.100.245", .ok, "a Service uses it"), ("192.168.100.246", .warning, "stranger")]
      ),
      (
        [("192.168.100.245", Support.nodeA), ("192.168.100.245", Support.phone)],
        [("192.168.100.245", .warning, Support.phone)]
      ),
      // Another pool address proves nothing of who it is.
      (
        [("192.168.100.245", Support.phone), ("192.168.100.246", Support.phone)],
        [("192.168.100.245", .warning, "stranger"), ("192.168.100.246", .warning, "stranger")]
      ),
    ] as [([(String, String)], [(String, CheckState, String)])]) func unknownHostsInThePoolAreStrangers(
      neighbours: [(String, String)], expected: [(String, CheckState, String)]
    ) throws
  {
    let table = try Support.table(neighbours: Support.nodes + neighbours)
    expect(ServiceStrangerJudge(observation: try Support.observation(table: table)).verdicts, expected)
  }

  @Test func neighboursThatDidNotAnswerAreNobody() throws {
    var table = try Support.table(neighbours: [("192.168.100.245", Support.phone)])
    table.neighbours[0].state = .failed
    table.neighbours.append(
      NetworkNeighbour(
        address: try Support.address("192.168.100.246"), hardwareAddress: nil, interface: "eth0", state: .incomplete))
    let verdicts = ServiceStrangerJudge(observation: try Support.observation(table: table)).verdicts
    expect(verdicts, [("", .skipped, "neighbour table")])
  }

  @Test func theEndpointInAPoolIsNoStrangerAndNoNameOfAHost() throws {
    let table = try Support.table(neighbours: [
      ("192.168.100.250", Support.phone), ("192.168.100.251", Support.phone),
    ])
    let observation = try Support.observation(endpoint: Self.endpoint("192.168.100.250:6443"), table: table)
    expect(ServiceStrangerJudge(observation: observation).verdicts, [("192.168.100.251", .warning, "stranger")])
    let outside = try Support.table(neighbours: [
      ("192.168.100.230", Support.phone), ("192.168.100.251", Support.phone),
    ])
    let other = try Support.observation(endpoint: Self.endpoint("192.168.100.230:6443"), table: outside)
    expect(ServiceStrangerJudge(observation: other).verdicts, [("192.168.100.251", .warning, "stranger")])
  }

  // MARK: - Bound addresses

  @Test(
    arguments: [
      ([], [("", .ok, "no pool address")]),
      (["192.168.100.245/32 eth0"], [("192.168.100.245", .warning, "bound on eth0")]),
      (["192.168.100.240/24 eth0"], [("192.168.100.240", .warning, "bound on eth0")]),
      (["192.168.100.245/32 lo"], [("192.168.100.245", .warning, "bound on lo")]),
      (["192.168.100.245/32 kube-ipvs0", "192.168.100.240/32 kube-ipvs0"], [("", .ok, "no pool address")]),
      (["192.168.100.245/32 kube-dummy-if"], [("", .ok, "no pool address")]),
      (
        ["192.168.100.245/32 kube-ipvs0", "192.168.100.245/32 eth0"], [("192.168.100.245", .warning, "bound on eth0")]
      ),
      (
        ["192.168.100.245/32 eth0", "192.168.100.245/32 lo"], [("192.168.100.245", .warning, "bound on eth0, lo")]
      ),
      (["192.168.100.245/24 wlan0"], [("", .ok, "no pool address")]),
      (["192.168.100.245/24 eth0 leased"], [("", .ok, "no pool address")]),
      (["192.168.100.239/32 eth0", "192.168.100.255/32 eth0"], [("", .ok, "no pool address")]),
    ] as [([String], [(String, CheckState, String)])]) func onlyKubeProxysInterfaceMayHoldPoolAddresses(
      held: [String], expected: [(String, CheckState, String)]
    ) throws
  {
    expect(ServiceBoundJudge(observation: try Support.observation(table: Support.table(held))).verdicts, expected)
  }

  @Test func theRemedyUnbindsExactlyThat() throws {
    let table = try Support.table(["192.168.100.245/32 eth0", "192.168.100.245/24 lo"])
    let verdict = ServiceBoundJudge(observation: try Support.observation(table: table)).verdicts.first
    #expect(
      verdict?.remedy == "ip address del 192.168.100.245/32 dev eth0; ip address del 192.168.100.245/24 dev lo")
  }

  @Test func kubeVIPBindsAndTheEndpointIsAnotherMatter() throws {
    let table = try Support.table(["192.168.100.245/32 eth0"])
    let bound = try Support.observation(announcer: Support.announcer("kube-vip"), table: table)
    expect(ServiceBoundJudge(observation: bound).verdicts, [("192.168.100.245", .ok, "kube-vip")])
    let speaker = try Support.observation(announcer: Support.announcer("speaker"), table: table)
    expect(ServiceBoundJudge(observation: speaker).verdicts, [("192.168.100.245", .warning, "bound")])
    let endpoint = try Support.observation(endpoint: Self.endpoint("192.168.100.245:6443"), table: table)
    expect(ServiceBoundJudge(observation: endpoint).verdicts, [("", .ok, "no pool address")])
  }

  // MARK: - Overlaps

  private static func endpoint(_ text: String) throws -> Fact<ControlPlaneEndpoint> {
    ControlPlaneEndpoint.detect(
      try TestHost.empty().files, configured: try Endpoint(settingsScalar: text), isControlPlane: false)
  }

  @Test(
    arguments: [
      ([], [("", .ok, "keep off")]), (["192.168.100.245/32 eth0"], [("", .ok, "keep off")]),
      (["192.168.100.245/24 wlan0"], [("192.168.100.245", .failing, "this node's own address")]),
      (["192.168.100.245/24 eth0 leased"], [("192.168.100.245", .failing, "leased to this node")]),
      (["192.168.100.245/32 lo"], [("", .ok, "keep off")]),
      (["192.168.100.245/32 kube-ipvs0"], [("", .ok, "keep off")]),
      (["192.168.100.239/24 wlan0", "192.168.100.255/24 eth0 leased"], [("", .ok, "keep off")]),
    ] as [([String], [(String, CheckState, String)])]) func theNodesOwnAddressesBelongInNoPool(
      held: [String], expected: [(String, CheckState, String)]
    ) throws
  {
    expect(ServicePoolJudge(observation: try Support.observation(table: Support.table(held))).verdicts, expected)
  }

  @Test func aSoleIPv6AddressIsTheNodesAndOneOfSeveralIsNot() throws {
    let cluster = "serviceAddresses: {pools: [\"fd00::100-fd00::1ff\"]}"
    let sole = try Support.table(["fe80::5/64 eth0 link", "fd00::123/64 eth0"])
    expect(
      ServicePoolJudge(observation: try Support.observation(cluster: cluster, table: sole)).verdicts,
      [("fd00::123", .failing, "own address")])
    let several = try Support.observation(
      cluster: cluster, table: Support.table(["fd00::123/64 eth0", "fd00::5/64 eth0"]))
    expect(ServicePoolJudge(observation: several).verdicts, [("", .ok, "keep off")])
    expect(ServiceBoundJudge(observation: several).verdicts, [("fd00::123", .warning, "bound on eth0")])
  }

  @Test func endpointAndMembersBelongInNoPool() throws {
    let found = try Support.observation(
      cluster: Support.cluster + "\ncontrolPlane: {members: [\"192.168.100.251:6443\", \"192.168.100.231:6443\"]}",
      endpoint: Self.endpoint("192.168.100.250:6443"))
    expect(
      ServicePoolJudge(observation: found).verdicts,
      [
        ("192.168.100.250", .failing, "control-plane endpoint"), ("192.168.100.251", .failing, "the API server"),
      ])
    for text in ["192.168.100.230:6443", "api.example.org:6443"] {
      let well = try Support.observation(endpoint: Self.endpoint(text))
      expect(ServicePoolJudge(observation: well).verdicts, [("", .ok, "keep off")])
    }
  }

  @Test func oneAddressIsOneFinding() throws {
    let table = try Support.table(["192.168.100.250/24 wlan0"])
    let observation = try Support.observation(endpoint: Self.endpoint("192.168.100.250:6443"), table: table)
    expect(ServicePoolJudge(observation: observation).verdicts, [("192.168.100.250", .failing, "endpoint")])
  }

  @Test func anEndpointThatCannotBeSeenHidesNoFinding() throws {
    let table = try Support.table(["192.168.100.245/24 wlan0"])
    let error = FileError("/etc/kubernetes/admin.conf", .permissionDenied)
    let observation = try Support.observation(endpoint: .unreadable(error), table: table)
    expect(
      ServicePoolJudge(observation: observation).verdicts,
      [("192.168.100.245", .failing, "own address"), ("", .unknown, "/etc/kubernetes/admin.conf")])
  }

  @Test func withoutPoolsOrTablesNothingIsSaidToBeWell() throws {
    let without = try Support.observation(cluster: Self.noPools)
    let blind = try Support.observation(error: .failed(call: "nl_connect", reason: "no"))
    for (observation, state) in [(without, CheckState.skipped), (blind, .unknown)] {
      #expect(ServiceStrangerJudge(observation: observation).verdicts.map(\.state) == [state])
      #expect(ServiceBoundJudge(observation: observation).verdicts.map(\.state) == [state])
      #expect(ServicePoolJudge(observation: observation).verdicts.map(\.state) == [state])
    }
  }
}
