import AgentCore
import AgentHost
import Testing

@testable import AgentPlugins

@Suite struct LinksPluginTests {
  private static let routes = """
    Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
    eth0\t00000000\t0164A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
    """
  private static let base = ["/proc/net/route": routes, "/proc/net/fib_trie": ""]
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

  @Test(arguments: [(true, false, CheckState.warning), (true, true, .ok), (false, false, .ok)])
  func aSpeakerOnWiFiMustBePromiscuous(hasSpeaker: Bool, isPromiscuous: Bool, state: CheckState) async throws {
    let files = hasSpeaker ? Self.base.merging(["/proc/9/comm": "speaker\n"]) { $1 } : Self.base
    let verdict = try await verdict(
      "links: [{name: eth0, wireless: true, promiscuous: \(isPromiscuous)}]\n", files: files)
    #expect(verdict.state == state)
    #expect(verdict.remedy == (state == .ok ? nil : "ip link set dev eth0 promisc on"))
  }

  @Test func speakersThatCannotBeSeenAreUnknownOnWiFiOnly() async throws {
    let observation = { (isWireless: Bool) in
      var link = NetworkLink(index: 1, name: "eth0")
      link.isWireless = isWireless
      return LinksObservation(
        takenAt: TestHost.time, interface: .known("eth0", source: "x"), link: .success(link), history: .init(),
        hasSpeaker: .unreadable(FileError("/proc", .permissionDenied)))
    }
    #expect(LinksJudge(observation: observation(true)).verdict.state == .unknown)
    #expect(LinksJudge(observation: observation(false)).verdict.state == .ok)
  }

  // MARK: - Former looks

  private func judge(_ link: NetworkLink, _ history: LinkWindow.History) -> CheckState {
    LinksJudge(
      observation: LinksObservation(
        takenAt: TestHost.time, interface: .known("eth0", source: "x"), link: .success(link), history: history,
        hasSpeaker: .absent)
    ).verdict.state
  }

  private func link(index: Int = 1, speed: Int? = nil, errors: UInt64 = 0) -> NetworkLink {
    var link = NetworkLink(index: index, name: "eth0")
    link.speed = speed
    link.counters.receiveErrors = errors
    return link
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
