import AgentTesting
import Testing

@testable import AgentHost
@testable import AgentKnowledge
@testable import AgentText

@Suite struct RecordedNetworkTests {
  private func network(_ yaml: String) throws -> RecordedNetwork { try recording(yaml).network }

  private static let sample = """
    time: 1795230000
    links:
      - {name: lo, type: 772}
      - {name: eth0, mac: 52:54:00:12:34:56, speed: 100, receiveErrors: 7}
      - {name: wlan0, wireless: true, up: false}
      - {name: br0, kind: bridge}
      - {name: veth1, kind: veth, master: br0, promiscuous: true}
    addresses:
      - {interface: eth0, address: 192.168.100.231, prefixLength: 24}
      - {interface: eth0, address: 192.168.100.230, flags: [secondary, permanent]}
      - {interface: eth0, address: "fe80::1", prefixLength: 64, scope: link, flags: [tentative]}
    neighbours:
      - {interface: eth0, address: 192.168.100.1, mac: 52:54:00:00:00:01, state: stale}
      - {interface: eth0, address: 192.168.100.9, state: failed}
    arp:
      - {address: 192.168.100.230, claimants: [52:54:00:00:00:02, 00:00:5e:00:01:33]}
      - {address: 192.168.100.240, claimants: []}
    """

  @Test func theTablesAreAsARunningHostsOwn() async throws {
    let network = try network(Self.sample)
    let table = try network.table()
    #expect(table.links.map(\.name) == ["lo", "eth0", "wlan0", "br0", "veth1"])
    #expect(table.links.map(\.index) == [1, 2, 3, 4, 5])
    let link = try #require(table.link("eth0"))
    #expect(link.speed == 100 && link.counters.receiveErrors == 7 && link.isWorking && !link.isPromiscuous)
    #expect(table.link("lo")?.flags.contains(.loopback) == true)
    #expect(table.link("wlan0")?.isWorking == false && table.link("wlan0")?.isWireless == true)
    #expect(table.link("veth1")?.master == "br0" && table.link("veth1")?.isPromiscuous == true)
    let own = table.addresses(on: "eth0")
    #expect(own.map(\.address.description) == ["192.168.100.231", "192.168.100.230", "fe80::1"])
    #expect(own.map(\.prefixLength) == [24, 32, 64] && own.map(\.interfaceIndex) == [2, 2, 2])
    #expect(own.map { table.isFirst($0) } == [true, false, true])
    #expect(own[1].flags == [.secondary, .permanent] && own[2].scope == .link && !own[2].isUsable)
    #expect(table.holdings(of: try ip("192.168.100.230")).map(\.interface) == ["eth0"])
    #expect(table.neighbours.map(\.state) == [.stale, .failed])
    #expect(table.neighbours[1].hardwareAddress == nil)
    #expect(table.ownHardwareAddresses == [try mac("52:54:00:12:34:56")])
  }

  @Test func claimantsAreThoseRecorded() async throws {
    let network: any HostNetwork = try network(Self.sample)
    guard case .answered(let answers) = await network.claimants(of: try ip("192.168.100.230")) else {
      Issue.record("no answer")
      return
    }
    #expect(answers.claimants.map(\.answers) == [1, 1])
    #expect(answers.ambiguous.map(\.hardwareAddress) == [try mac("00:00:5e:00:01:33")])
    #expect(await network.claimants(of: try ip("192.168.100.240")) == .answered(ProbeAnswers(claimants: [])))
    #expect(await network.claimants(of: try ip("192.168.100.241")) == .notRecorded)
    var ended = true
    for await _ in network.watch().changes() { ended = false }
    #expect(ended)
    #expect(await network.counters() == NetworkCounters())
  }

  @Test func tunnelsAndWhatInterfacesLieOnAreRecordedToo() throws {
    let table = try network(
      "links: [{name: en0}, {name: en0.5, kind: vlan, lower: en0}, {name: f, kind: vxlan, local: 192.0.2.230}]\n"
    ).recordedTable
    #expect(table?.links.map(\.lower) == [nil, "en0", nil])
    #expect(table?.links.map { "\($0.tunnelSource?.description ?? "")" } == ["", "", "192.0.2.230"])
  }

  @Test func advertsAreThoseRecordedAndNoneIsNotUnheard() async throws {
    let vip = try ip("192.0.2.230")
    let adverts = { (yaml: String) in
      try await network(yaml).adverts.heard(about: vip, on: [])
    }
    #expect(try await adverts("time: 1\n") == .notRecorded)
    #expect(try await adverts("adverts: []\n") == .heard(.init(listening: .seconds(60), interfaces: [])))
    let outcome = try await adverts(
      """
      adverts:
        - {interface: eth0, number: 51, from: 192.0.2.21, priority: 90, addresses: [192.0.2.230], interval: 2s, lasting: 9s}
        - {interface: eth0, number: 51, from: 192.0.2.20, mac: 52:54:00:12:34:57, own: true}
      """)
    guard case .heard(let heard) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    let router = HeardAdverts.Router(interface: "eth0", family: .v4, number: 51)
    #expect(
      heard.masters[router] == [
        .init(
          address: try ip("192.0.2.20"), hardwareAddress: try mac("52:54:00:12:34:57"), isOwn: true, priority: 100,
          addresses: [], began: .seconds(60)),
        .init(
          address: try ip("192.0.2.21"), priority: 90, addresses: [vip], interval: .seconds(2), began: .seconds(9)),
      ])
    #expect(heard.rivals(of: router) != nil)
  }

  @Test func whatWasNotRecordedIsSaid() async throws {
    let network: any HostNetwork = try network("time: 1\n")
    await #expect(throws: NetworkError.notRecorded) { try await network.table() }
    #expect(await network.claimants(of: try ip("192.0.2.1")) == .notRecorded)
    #expect(NetworkError.notRecorded.description == "the recording says nothing of the network")
  }

  @Test(arguments: [
    ("links: [{name: eth0}]\naddresses: [{interface: eth1, address: 192.0.2.1}]", "eth1"),
    ("links: [{mac: 52:54:00:12:34:56}]", "name"),
    ("links: [{name: eth0, mac: 52:54}]", "hardware address"),
    ("links: [{name: eth0}]\naddresses: [{interface: eth0, address: 192.0.2.1, prefixLength: 33}]", "33"),
    ("links: [{name: eth0}]\naddresses: [{interface: eth0, address: 192.0.2.1, flags: [old]}]", "old"),
    ("neighbours: [{interface: eth0, address: 192.0.2.1, state: dead}]", "dead"),
    ("arp: [{claimants: []}]", "address"),
    ("links: [{name: f, local: 192.0.2}]", "192.0.2"),
    ("adverts: [{interface: eth0, from: 192.0.2.1}]", "number"),
    ("adverts: [{interface: eth0, number: 1, from: 192.0.2.1, priority: 0}]", "priority"),
  ])
  func mistakesAreNamed(_ yaml: String, _ word: String) throws {
    let error = #expect(throws: SettingsErrors.self) { try network(yaml) }
    #expect("\(try #require(error))".contains(word))
  }
}

@Suite struct LinkFilesTests {
  @Test func speedAndWirelessComeFromSys() throws {
    let tree = try TemporaryTree([
      "sys/class/net/eth0/speed": "1000\n", "sys/class/net/eth1/speed": "-1\n", "sys/class/net/eth2/speed": "fast\n",
      "sys/class/net/veth1/speed": "10000\n", "sys/class/net/bond0/speed": "2000\n",
      "sys/class/net/wlan0/phy80211/name": "phy0\n",
      "sys/class/net/wlan1/wireless/x": "", "sys/class/net/old0/speed": "4294967295\n",
      "sys/class/net/old1/speed": "65535\n", "sys/class/net/fast0/speed": "400000\n",
    ])
    var table = NetworkTable(
      links: ["eth0", "eth1", "eth2", "eth3", "veth1", "bond0", "wlan0", "wlan1", "old0", "old1", "fast0"].enumerated()
        .map {
          NetworkLink(index: $0 + 1, name: $1)
        })
    table.links[4].kind = "veth"
    table.links[5].kind = "bond"
    let complete = LinkFiles.complete(table, HostFiles(root: try HostRoot(tree.path, mode: .live)))
    #expect(complete.links.map(\.speed) == [1000, nil, nil, nil, nil, 2000, nil, nil, nil, nil, 400_000])
    #expect(complete.links.map(\.isWireless) == Array(repeating: false, count: 6) + [true, true, false, false, false])
  }
}
