@testable import AgentText
import AgentCore
import AgentHost
import AgentTesting
import Testing

@testable import AgentKnowledge
@testable import AgentPlugins

/// A node and a stranger on one link, each a network namespace, and the kernel's own answers.
@Suite(
  .enabled(if: NetworkNamespace.isAvailable, Comment(rawValue: NetworkNamespace.requirement)),
  .timeLimit(.minutes(2)))
struct PoolSearchOnLinkTests {
  private typealias Support = ServiceAddressSupport

  private static let cluster = """
    serviceAddresses:
      pools: ["192.0.2.240-192.0.2.243"]
      ingress: {address: 192.0.2.240}
    """

  /// The node 192.0.2.10 and the stranger, which has 192.0.2.242, and, as a node would, the ingress.
  private func link(_ body: @Sendable @escaping (EventLoop) async throws -> Void) async throws {
    try await withLoop { node in
      try NetworkNamespace.enter()
      try await withLoop { other in
        try NetworkNamespace.enter()
        let thread = NetworkNamespace.thread
        try await Task(executorPreference: node) {
          try NetworkNamespace.ip(
            "link add eth0 type veth peer name far address 52:54:00:00:00:ff netns \(thread)",
            "addr add 192.0.2.10/24 dev eth0", "link set eth0 up")
        }.value
        try NetworkNamespace.ip(
          "addr add 192.0.2.20/24 dev far", "addr add 192.0.2.240/32 dev far", "addr add 192.0.2.242/32 dev far",
          "link set far up")
        try await Task(executorPreference: node) { try await body(node) }.value
      }
    }
  }

  private func host(_ loop: EventLoop, _ tree: TemporaryTree, _ overrides: RoundOverrides) throws -> AgentKnowledge.Host
  {
    let files = HostFiles(root: try HostRoot(tree.path, mode: .live))
    let worker = try Worker()
    return Host(
      files: files, roles: [.controlPlane], cluster: try Support.settings(Self.cluster), worker: worker, events: .none,
      kubelet: KubeletSource(files: files, worker: worker), agent: Ignorance(),
      sources: .live(
        files: files, worker: worker, loop: loop, clock: LoopClock(loop: loop), isLasting: overrides.isLasting),
      overrides: overrides)
  }

  /// Waits until the link carries frames.
  private func settle(_ network: any HostNetwork) async throws {
    for await _ in network.changes() {
      if try await network.table().link("eth0")?.flags.contains(.running) == true { return }
    }
  }

  private func strangers(_ plugin: ServiceAddressPlugin, seconds: Int = 0) async throws -> [Verdict] {
    let observation = try await plugin.observe(at: TestHost.time.advanced(by: .seconds(seconds)))
    return plugin.judge(observation).filter { $0.check == "service-address.stranger" }
  }

  @Test func doctorFindsTheStrangerByAskingForEachAddress() async throws {
    try await link { loop in
      let tree = try TemporaryTree(["proc/1/comm": "systemd\n"])
      let host = try host(loop, tree, RoundOverrides(named: ["service-address"]))
      try await settle(host.network)
      let verdicts = try await strangers(ServiceAddressPlugin(host: host))
      #expect(verdicts.map(\.subject) == ["192.0.2.242"] && verdicts.map(\.state) == [.warning], "\(verdicts)")
      #expect(verdicts.first?.summary.hasPrefix("52:54:00:00:00:ff has it") == true)
    }
  }

  @Test func theDaemonGivesOneAnswerOfTheLinkToAllLooksOfAStorm() async throws {
    try await link { loop in
      let tree = try TemporaryTree(["proc/1/comm": "systemd\n"])
      let host = try host(loop, tree, RoundOverrides(isLasting: true))
      try await settle(host.network)
      let questions = ClaimQuestions(host.network, interval: .seconds(30), isLasting: true)
      let ingress = try Support.address("192.0.2.240")
      var new = 0
      for tick in 0..<50 {
        let sight = await questions.sight(of: ingress, at: TestHost.time.advanced(by: .milliseconds(tick * 100)))
        if sight.isNew {
          questions.settle(ingress, .ok)
          new += 1
        }
        guard case .answered(let answers) = sight.outcome else {
          Issue.record("\(sight)")
          return
        }
        #expect(answers.claimants.map(\.hardwareAddress.description) == ["52:54:00:00:00:ff"])
      }
      #expect(new == 1)
      // As soon as a finding rests on it, the link is asked again: the look has the last answer, and the next the new one.
      questions.settle(ingress, .failing)
      let later = TestHost.time.advanced(by: .seconds(6))
      #expect(await !questions.sight(of: ingress, at: later).isNew)
      var endings = 0
      for await _ in questions.answers {
        endings += 1
        if await questions.sight(of: ingress, at: later).isNew { break }
      }
      #expect(endings <= 2)
    }
  }
}

/// An agent that knows nothing of itself.
private struct Ignorance: AgentIntrospection {
  func rounds() -> [RoundStatus] { [] }
  func requirements() -> [Requirement] { [] }
  func droppedLogEntries() -> Int { 0 }
  func reading() -> Worker.Health { Worker.Health() }
  func fileWatching() async -> FileWatcher.Health? { nil }
}
