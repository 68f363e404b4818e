@testable import AgentText
@testable import AgentKnowledge
import AgentCore
import AgentHost
import Foundation
import Testing

@testable import AgentPlugins

@Suite struct LinksPluginTests {
  private static let routes = """
    Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
    eth0\t00000000\t0164A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
    """
  private static let base = ["/proc/net/route": routes, "/proc/net/fib_trie": "", "/proc/1/comm": "init\n"]
  private static let wired = "links: [{name: eth0, speed: 1000}, {name: eth1}]\n"

  private func verdict(_ recorded: String, files: [String: String] = base, forbidden: [String] = []) async throws
    -> Verdict
  {
    let contents = files.merging(["/recorded.yaml": recorded]) { $1 }
    let host = try TestHost(contents, forbidden: forbidden)
    let plugin = LinksPlugin(host: host.host)
    let verdicts = plugin.judge(try await plugin.observe(at: TestHost.time))
    #expect(verdicts.count == 1)
    return try #require(verdicts.first)
  }

  @Test(
    arguments: [
      (wired, CheckState.ok, "eth0 is up with 1000 Mbit/s"), ("links: [{name: eth0}]\n", .ok, "eth0 is up"),
      ("links: [{name: eth0, up: false}]\n", .failing, "switched off"),
      ("links: [{name: eth0, carrier: false}]\n", .failing, "no carrier"),
      ("links: [{name: eth1}]\n", .failing, "eth0 is gone"), ("time: 1\n", .unknown, "recording"),
      ("links: [{name: eth0, wireless: true}]\n", .ok, "eth0 is up"),
      // Errors from before the first look tell nothing.
      ("links: [{name: eth0, receiveErrors: 1000}]\n", .ok, "eth0 is up"),
    ] as [(String, CheckState, String)]) func theInterfaceOfTheDefaultRoute(
      recorded: String, state: CheckState, words: String
    ) async throws
  {
    let verdict = try await verdict(recorded)
    #expect(verdict.state == state && verdict.summary.contains(words), "\(verdict)")
    #expect(verdict.subject == "eth0")
  }

  private static let node = [
    "/proc/net/route": String(routes.prefix { $0 != "\n" })
      + "\neth0\t0064A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n",
    "/proc/net/fib_trie": "  |-- 192.168.100.7\n     /32 host LOCAL\n", "/proc/1/comm": "init\n",
    "/proc/sys/kernel/hostname": "pi\n", "/etc/kubernetes/kubelet.conf": "",
    "/var/lib/kubelet/config.yaml": "kind: KubeletConfiguration\n",
  ]
  private static func flags(_ text: String) -> [String: String] {
    ["/usr/lib/systemd/system/kubelet.service": "[Service]\nExecStart=/usr/bin/kubelet \(text)\n"]
  }
  private static let loopback = ["/etc/hosts": "127.0.0.1 localhost\n127.0.1.1\tpi\n"]

  /// Without a default route the kubelet needs its address or its name.
  @Test(
    arguments: [
      (loopback, CheckState.failing, "/etc/hosts:2 gives pi none"),
      (["/etc/hosts": "192.168.100.9 pi\n"], .failing, "/etc/hosts:1"),
      (["/etc/hosts": "127.0.1.1 pi\n192.168.100.7 PI\n"], .skipped, "no default route"),
      (["/etc/hosts": "127.0.0.1 localhost\n"], .unknown, "by DNS"), ([:], .unknown, "by DNS"),
      (loopback.merging(flags("--node-ip=192.168.100.7")) { $1 }, .skipped, "no default route"),
      (loopback.merging(flags("--node-ip=0.0.0.0")) { $1 }, .failing, "no default route"),
      (loopback.merging(flags("--hostname-override=node-7")) { $1 }, .unknown, "node-7"),
      (
        loopback.merging([
          "/proc/net/ipv6_route":
            "\(String(repeating: "0", count: 32)) 00 \(String(repeating: "0", count: 32)) 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n"
        ]) { $1 }, .skipped, "no default route"
      ),
      (
        loopback.merging([
          "/proc/net/ipv6_route":
            "\(String(repeating: "0", count: 32)) 00 \(String(repeating: "0", count: 32)) 00 \(String(repeating: "0", count: 32)) ffffffff 00000001 00000000 00200200       lo\n"
        ]) { $1 }, .failing, "no default route"
      ),
    ] as [([String: String], CheckState, String)]) func aLostDefaultRoute(
      files: [String: String], state: CheckState, words: String
    ) async throws
  {
    let verdict = try await verdict(Self.wired, files: Self.node.merging(files) { $1 })
    #expect(verdict.state == state && verdict.summary.contains(words), "\(verdict)")
    var candidate = Self.node.merging(files) { $1 }
    candidate["/etc/kubernetes/kubelet.conf"] = nil
    #expect(try await self.verdict(Self.wired, files: candidate).state == .skipped)
  }

  @Test(
    arguments: [
      // A bridge with a carrier through a guest only.
      (
        "{name: eth0, kind: bridge}, {name: en0, master: eth0, carrier: false}, {name: tap1, kind: tun, master: eth0}",
        CheckState.failing, "eth0 has no way out: en0 below it has no carrier"
      ),
      ("{name: eth0, kind: bridge}, {name: en0, master: eth0}, {name: en1, master: eth0, up: false}", .ok, "is up"),
      ("{name: eth0, kind: bridge}, {name: veth1, kind: veth, master: eth0, carrier: false}", .ok, "is up"),
      ("{name: eth0, kind: bridge, carrier: false}", .failing, "its far end is down"),
      (
        "{name: eth0, kind: bond, carrier: false}, {name: en0, master: eth0, carrier: false}, "
          + "{name: en1, master: eth0, carrier: false}", .failing, "none of en0 en1 below it has a carrier"
      ),
      (
        "{name: eth0, kind: bond}, {name: en0, master: eth0, carrier: false}, {name: en1, master: eth0}", .warning,
        "1 of 2 ports of eth0 have no carrier: en0"
      ),
      ("{name: eth0, kind: bond}, {name: en0, master: eth0}, {name: en1, master: eth0}", .ok, "is up"),
      // A VLAN on a bond on two cables.
      (
        "{name: eth0, kind: vlan, lower: b}, {name: b, kind: bond}, {name: en0, master: b, carrier: false}", .failing,
        "eth0 has no way out: b below it has no carrier"
      ),
      (
        "{name: eth0, kind: vlan, lower: b}, {name: b, kind: bond}, {name: en0, master: b, carrier: false}, "
          + "{name: en1, master: b, speed: 1000}", .warning, "1 of 2 ports of b"
      ),
      ("{name: eth0, kind: vlan, lower: en0}, {name: en0, speed: 1000}", .ok, "eth0 is up with 1000 Mbit/s"),
      ("{name: eth0, wireless: true, carrier: false}", .failing, "no access point"),
      ("{name: eth0, kind: wireguard, pointToPoint: true, noARP: true}", .ok, "eth0 is up"),
      ("{name: eth0, kind: tun, pointToPoint: true, carrier: false}", .failing, "its far end is down"),
      // Interfaces in a circle, which the kernel refuses.
      ("{name: eth0, master: b}, {name: b, master: eth0}", .ok, "is up"),
    ] as [(String, CheckState, String)]) func whatLiesBelowDecides(links: String, state: CheckState, words: String)
    async throws
  {
    let verdict = try await verdict("links: [\(links)]\n")
    #expect(verdict.state == state && verdict.summary.contains(words), "\(verdict)")
    #expect(verdict.subject == "eth0")
  }

  @Test func aLineWithoutAGatewayIsADefaultRouteToo() async throws {
    let routes = """
      Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
      *\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0\t0\t0
      ppp0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0
      """
    let verdict = try await verdict(
      "links: [{name: ppp0, kind: ppp, type: 512, pointToPoint: true, noARP: true}]\n",
      files: ["/proc/net/route": routes, "/proc/net/fib_trie": ""])
    #expect(verdict.state == .ok && verdict.subject == "ppp0")
  }

  @Test(arguments: ["links: [{name: lo, carrier: false}]\n", "links: []\n"])
  func aHostWithoutAnInterfaceIsToldSo(recorded: String) async throws {
    let verdict = try await verdict(recorded, files: ["/proc/net/route": "Iface\n", "/proc/net/fib_trie": ""])
    #expect(verdict.state == .skipped && verdict.summary.contains("none but loopback"))
  }

  @Test func theInterfaceOfALookBeforeIsGoneAndNotForgotten() async throws {
    let host = try TestHost(Self.base.merging(["/recorded.yaml": Self.wired]) { $1 })
    let plugin = LinksPlugin(host: host.host)
    _ = try await plugin.observe(at: TestHost.time)
    try "Iface\n".write(toFile: host.directory + "/proc/net/route", atomically: true, encoding: .utf8)
    let verdict = try #require(plugin.judge(try await plugin.observe(at: TestHost.time)).first)
    #expect(verdict.subject == "eth0" && verdict.evidence.first?.source == "the default route before")
  }

  @Test func withoutADefaultRouteThereIsNothingToJudge() async throws {
    let verdict = try await verdict(Self.wired, files: [:])
    #expect(verdict.state == .skipped && verdict.subject == "")
  }

  @Test func routesThatCannotBeReadAreUnknown() async throws {
    #expect(try await verdict(Self.wired, forbidden: ["/proc/net"]).state == .unknown)
  }

  @Test func nodeIPDecidesBeforeTheDefaultRoute() async throws {
    let files = Self.base.merging([
      "/etc/kubernetes/kubelet.conf": "", "/usr/bin/kubelet": "",
      "/var/lib/kubelet/config.yaml": "kind: KubeletConfiguration\n",
      "/etc/systemd/system/kubelet.service": "[Service]\nExecStart=/usr/bin/kubelet --node-ip=10.0.0.5\n",
    ]) { $1 }
    let recorded =
      "links: [{name: eth0}, {name: eth1, carrier: false}]\naddresses: [{interface: eth1, address: 10.0.0.5}]\n"
    let verdict = try await verdict(recorded, files: files)
    #expect(verdict.subject == "eth1" && verdict.state == .failing)
  }

  @Test(
    arguments: [
      ("speaker", false, CheckState.warning), ("speaker", true, .ok), ("openelb-speaker", false, .warning),
      ("cilium-agent", false, .warning),
      // It holds the addresses that it announces.
      ("kube-vip", false, .ok), ("kubelet", false, .ok),
    ]) func aSpeakerOnWiFiMustBePromiscuous(process: String, isPromiscuous: Bool, state: CheckState) async throws
  {
    let files = Self.base.merging(["/proc/9/comm": process + "\n", "/proc/1/comm": "init\n"]) { $1 }
    for recorded in [
      "links: [{name: eth0, wireless: true, promiscuous: \(isPromiscuous)}]\n",
      "links: [{name: eth0, kind: bridge}, {name: wlan0, wireless: true, master: eth0, promiscuous: \(isPromiscuous)}]\n",
    ] {
      let verdict = try await verdict(recorded, files: files)
      #expect(verdict.state == state && verdict.subject == "eth0")
      #expect((verdict.remedy?.hasSuffix("promisc on") == true) == (state == .warning))
    }
  }

  @Test func speakersThatCannotBeSeenAreUnknownOnWiFiOnly() async throws {
    let observation = { (isWireless: Bool) in
      var link = NetworkLink(index: 1, name: "eth0")
      link.isWireless = isWireless
      return LinksObservation(
        takenAt: TestHost.time, interface: .known("eth0", source: "x"), link: .success(link), history: .init(),
        announcer: .unreadable(FileError("/proc", .permissionDenied)))
    }
    #expect(LinksJudge(observation: observation(true)).verdict.state == .unknown)
    #expect(LinksJudge(observation: observation(false)).verdict.state == .ok)
  }

  // MARK: - Former looks

  private func judge(
    _ link: NetworkLink, _ history: LinkWindow.History, at time: HostTime = TestHost.time
  ) -> CheckState {
    LinksJudge(
      observation: LinksObservation(
        takenAt: time, interface: .known("eth0", source: "x"), link: .success(link), history: history,
        announcer: .absent)
    ).verdict.state
  }

  private func link(index: Int = 1, speed: Int? = nil, errors: UInt64 = 0) -> NetworkLink {
    var link = NetworkLink(index: index, name: "eth0")
    link.speed = speed
    link.counters.receiveErrors = errors
    return link
  }

  @Test func aPortThatGotSlowOrFaultyIsNamed() {
    let window = LinkWindow()
    var bridge = NetworkLink(index: 9, name: "br0")
    bridge.kind = "bridge"
    var verdicts: [Verdict] = []
    for (speed, errors) in [(1000, 0), (100, 0), (1000, 0), (1000, 50)] {
      let port = link(speed: speed, errors: UInt64(errors))
      let table = NetworkTable(
        links: [port].map { port in
          var port = port
          port.master = "br0"
          return port
        } + [bridge])
      let ports = LinkPort.links(below: bridge, in: table).map {
        LinkPort(link: $0, upper: $1, history: window.add($0, at: TestHost.time))
      }
      verdicts.append(
        LinksJudge(
          observation: LinksObservation(
            takenAt: TestHost.time, interface: .known("br0", source: "x"), link: .success(bridge),
            history: window.add(bridge, at: TestHost.time), ports: ports, announcer: .absent)
        ).verdict)
    }
    #expect(verdicts.map(\.state) == [.ok, .warning, .ok, .warning])
    #expect(verdicts[1].summary.hasPrefix("eth0 fell from 1000 to 100") && verdicts[1].subject == "br0")
    #expect(verdicts[3].summary.hasPrefix("eth0 had 50 frames"))
  }

  @Test func interfacesThatAreGoneAreForgotten() {
    let window = LinkWindow()
    _ = window.add(link(speed: 1000), at: TestHost.time)
    window.keep([link(index: 2)])
    #expect(window.add(link(speed: 100), at: TestHost.time).bestSpeed == 100)
  }

  @Test func speedThatFellIsAWarningUntilItIsBack() {
    let window = LinkWindow()
    for (speed, state) in [(1000, CheckState.ok), (100, .warning), (100, .warning), (1000, .ok)] {
      let link = link(speed: speed)
      #expect(judge(link, window.add(link, at: TestHost.time)) == state)
    }
    let unknown = link()
    #expect(judge(unknown, window.add(unknown, at: TestHost.time)) == .ok)
  }

  @Test func errorsCountWithinTheWindow() {
    let window = LinkWindow()
    var states: [CheckState] = []
    for (minutes, errors) in [(0, 500), (5, 509), (10, 510), (30, 510), (50, 510)] {
      let link = link(errors: UInt64(errors))
      states.append(judge(link, window.add(link, at: TestHost.time.advanced(by: .seconds(minutes * 60)))))
    }
    #expect(states == [.ok, .ok, .warning, .ok, .ok])
  }

  /// An hour after boot: 20 is what a few restarts of switches bring.
  @Test(arguments: [(0, CheckState.ok), (20, .ok), (21, .warning), (4_120, .warning)])
  func aLinkThatFlapsIsSeenAtOnce(changes: Int, state: CheckState) async throws {
    let verdict = try await verdict("links: [{name: eth0, carrierChanges: \(changes)}]\n")
    #expect(verdict.state == state && verdict.summary.contains("flaps") == (state == .warning), "\(verdict)")
    let below = try await self.verdict(
      "links: [{name: eth0, kind: bridge}, {name: en0, master: eth0, carrierChanges: \(changes)}]\n")
    #expect(below.state == state)
  }

  @Test func aLongUptimeAllowsMore() {
    for (days, state) in [(10, CheckState.warning), (13, .ok)] {
      var link = link()
      link.counters.carrierChanges = 125
      let time = HostTime(wallNanoseconds: 0, bootNanoseconds: Int64(days) * 86_400_000_000_000)
      #expect(judge(link, LinkWindow().add(link, at: time), at: time) == state)
    }
  }

  @Test func laterLooksCountWithinTheWindow() {
    let window = LinkWindow()
    var states: [CheckState] = []
    for (minutes, changes) in [(0, 4_000), (5, 4_004), (10, 4_006), (30, 4_006), (50, 4_006)] {
      var link = link()
      link.counters.carrierChanges = UInt64(changes)
      states.append(judge(link, window.add(link, at: TestHost.time.advanced(by: .seconds(minutes * 60)))))
    }
    #expect(states == [.warning, .ok, .warning, .ok, .ok])
  }

  @Test func anotherInterfaceOfTheNameBeginsAnew() {
    let window = LinkWindow()
    _ = window.add(link(speed: 1000, errors: 0), at: TestHost.time)
    let other = link(index: 2, speed: 100, errors: 1000)
    #expect(window.add(other, at: TestHost.time) == LinkWindow.History(bestSpeed: 100))
  }

  @Test func countersThatFellAreNoErrors() {
    let window = LinkWindow()
    _ = window.add(link(errors: 1000), at: TestHost.time)
    #expect(window.add(link(errors: 3), at: TestHost.time).newErrors == 0)
  }
}
