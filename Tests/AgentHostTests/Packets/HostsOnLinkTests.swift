@testable import AgentText
import AgentCore
import AgentTesting
import Testing

@testable import AgentHost
@testable import AgentKnowledge

/// Two hosts, each a network namespace with a thread of its own, and the kernel's own answers.
@Suite(
  .enabled(if: NetworkNamespace.isAvailable, Comment(rawValue: NetworkNamespace.requirement)),
  .timeLimit(.minutes(2)))
struct HostsOnLinkTests {
  private static let hardware = "52:54:00:00:00:20"

  /// Joins two hosts by a cable: the node 192.0.2.10 and, in `body`, the other one, 192.0.2.20.
  private func twoHosts(_ body: @Sendable @escaping (_ node: EventLoop, _ other: EventLoop) async throws -> Void)
    async throws
  {
    try await withLoop { node in
      try NetworkNamespace.enter()
      try await withLoop { other in
        try NetworkNamespace.enter()
        let thread = NetworkNamespace.thread
        try await Task(executorPreference: node) {
          try NetworkNamespace.ip(
            "link add eth0 type veth peer name far address \(Self.hardware) netns \(thread)",
            "link set eth0 addrgenmode none", "addr add 192.0.2.10/24 dev eth0",
            "addr add fe80::10/64 dev eth0 nodad", "addr add 2001:db8::10/64 dev eth0 nodad", "link set eth0 up")
        }.value
        try NetworkNamespace.ip(
          "link set far addrgenmode none", "addr add 192.0.2.20/24 dev far", "addr add fe80::20/64 dev far nodad",
          "link set far up")
        try await body(node, other)
      }
    }
  }

  /// Waits until the link carries frames.
  private func connected(_ network: NetworkMonitor, _ name: String) async throws {
    for await _ in network.changes() {
      if try await network.table().link(name)?.flags.contains(.running) == true { return }
    }
  }

  @Test func theHolderIsTheHostThatHasTheAddress() async throws {
    try await twoHosts { node, other in
      let (vip, six) = (try ip("192.0.2.230"), try ip("2001:db8::230"))
      try NetworkNamespace.ip("addr add 192.0.2.230/32 dev far", "addr add 2001:db8::230/128 dev far nodad")
      try await connected(NetworkMonitor(loop: other, clock: LoopClock(loop: other)), "far")
      try await Task(executorPreference: node) {
        let network = NetworkMonitor(loop: node, clock: LoopClock(loop: node))
        try await connected(network, "eth0")
        let prober = AddressProber(loop: node, network: network, clock: LoopClock(loop: node))
        for address in [vip, six] {
          guard case .answered(let answers) = await prober.claimants(of: address, on: nil, window: .milliseconds(300))
          else {
            Issue.record("no answer for \(address)")
            continue
          }
          #expect(answers.claimants.map(\.hardwareAddress.description) == [Self.hardware])
          #expect(answers.ambiguous.isEmpty)
        }
      }.value
    }
  }

  @Test func aHostThatLooksForDuplicatesIsNotDisturbed() async throws {
    try await twoHosts { node, other in
      let address = try ip("2001:db8::231")
      let network = NetworkMonitor(loop: other, clock: LoopClock(loop: other))
      let changes = network.changes()
      try await connected(network, "far")
      let isSettled = Guarded(false)
      let (questions, question) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
      let asking = Task(executorPreference: node) {
        defer { question.finish() }
        let nodeNetwork = NetworkMonitor(loop: node, clock: LoopClock(loop: node))
        try await connected(nodeNetwork, "eth0")
        let route = try ProbeRoute.find(to: address, in: try await nodeNetwork.table()).get()
        let wire = try PacketSocket(
          PacketSocket.Key(kind: .discovery, interfaceIndex: route.interfaceIndex), interface: route.interface
        ) {}
        while !isSettled.withLock({ $0 }) {
          try wire.ask(for: address, by: route)
          question.yield()
          // One question for each look at the tables, so that they do not fill the link.
          _ = try await nodeNetwork.table()
        }
      }
      for await _ in questions { break }
      try NetworkNamespace.ip("addr add 2001:db8::231/64 dev far")
      for await _ in changes {
        let held = try await network.table().holdings(of: address)
        #expect(held.allSatisfy { !$0.flags.contains(.duplicate) })
        if held.contains(where: { $0.isUsable }) { break }
      }
      isSettled.withLock { $0 = true }
      try await asking.value
    }
  }

  @Test func changesOfTablesAndAnnouncementsComeInOneStream() async throws {
    try await twoHosts { node, _ in
      let vip = try ip("192.0.2.230")
      try await Task(executorPreference: node) {
        let tree = try TemporaryTree(["sys/class/net/eth0/speed": "1000\n", "proc/x": ""])
        let network = LiveNetwork(
          loop: node, clock: LoopClock(loop: node), files: HostFiles(root: try HostRoot(tree.path, mode: .live)),
          worker: try Worker())
        let watch = network.watch()
        await watch.follow([vip])
        let changes = watch.changes()
        while await !network.heard(vip).isListening { await Task.yield() }
        for await _ in changes { if try await network.table().link("eth0")?.flags.contains(.running) == true { break } }
        try NetworkNamespace.ip("addr add 192.0.2.230/32 dev eth0")
        let added = AddressEvent(address: vip, kind: .added)
        for await _ in network.changes() where await network.counters().addressEvents[added] == 1 { break }
        #expect(try await network.table().holdings(of: vip).map(\.interface) == ["eth0"])
        #expect(await network.claimants(of: try ip("10.0.0.1")) == .behindGateway)
        _ = changes
      }.value
    }
  }
}
