import AgentCore
import AgentTesting
import Testing

@testable import AgentHost
@testable import AgentKnowledge
@testable import AgentText

/// Listening for addresses that become known later, with the real kernel in a network namespace.
@Suite(
  .enabled(if: NetworkNamespace.isAvailable, Comment(rawValue: NetworkNamespace.requirement)),
  .timeLimit(.minutes(2)))
struct NetworkWatchTests {
  private struct Bench {
    let monitor: NetworkMonitor
    let prober: AddressProber
    let watch: NetworkWatch

    init(_ loop: EventLoop) {
      let clock = LoopClock(loop: loop)
      monitor = NetworkMonitor(loop: loop, clock: clock)
      prober = AddressProber(loop: loop, network: monitor, clock: clock)
      watch = NetworkWatch(NetworkWatch.Sources(loop: loop, monitor: monitor, prober: prober))
    }

    func added(_ address: IPAddress) async -> Int {
      await monitor.counted().addressEvents[AddressEvent(address: address, kind: .added)] ?? 0
    }
  }

  private func announce(_ address: String, _ station: Station) throws {
    try station.arp(1, from: "52:54:00:00:00:01", address, to: address, frameTo: Station.broadcast)
  }

  @Test func anAddressThatIsFollowedLaterIsHeardAndCounted() async throws {
    try await withLoop { loop in
      let bench = Bench(loop)
      let station = try await Station.pair(bench.monitor)
      let vip = try ip("192.0.2.230")
      let changes = bench.watch.changes()
      for await _ in changes { break }
      #expect(await !bench.prober.heard(vip).isListening)

      await bench.watch.follow([vip])
      while await !bench.prober.heard(vip).isListening { await Task.yield() }
      try announce("192.0.2.230", station)
      for await _ in changes where await bench.prober.heard(vip).announcement != nil { break }
      try NetworkNamespace.ip("addr add 192.0.2.230/32 dev eth0")
      for await _ in changes where await bench.added(vip) == 1 { break }
      withExtendedLifetime(changes) {}
    }
  }

  @Test func whatIsFollowedNoLongerIsForgottenAndWhatStaysIsNot() async throws {
    try await withLoop { loop in
      let bench = Bench(loop)
      let station = try await Station.pair(bench.monitor)
      let (old, kept, new) = (try ip("192.0.2.230"), try ip("192.0.2.231"), try ip("192.0.2.232"))
      await bench.watch.follow([old, kept])
      let changes = bench.watch.changes()
      while await !bench.prober.heard(kept).isListening { await Task.yield() }
      try announce("192.0.2.231", station)
      for await _ in changes where await bench.prober.heard(kept).announcement != nil { break }

      await bench.watch.follow([kept, new])
      #expect(await bench.prober.heard(old) == HeardClaims())
      #expect(await bench.prober.heard(kept).announcement != nil)
      #expect(await bench.prober.heard(new).isListening)
      // Whoever follows the same again changes nothing.
      await bench.watch.follow([kept, new])
      #expect(await bench.prober.heard(kept).announcement != nil)

      try NetworkNamespace.ip("addr add 192.0.2.230/32 dev eth0", "addr add 192.0.2.232/32 dev eth0")
      for await _ in changes where await bench.added(new) == 1 { break }
      #expect(await bench.added(old) == 0)
      await bench.watch.follow([])
      #expect(await !bench.prober.heard(kept).isListening)
      withExtendedLifetime(changes) {}
    }
  }

  @Test func nothingIsListenedForBeforeSomebodyWaitsForChanges() async throws {
    try await withLoop { loop in
      let bench = Bench(loop)
      _ = try await Station.pair(bench.monitor)
      await bench.watch.follow([try ip("192.0.2.230")])
      #expect(await !bench.prober.heard(try ip("192.0.2.230")).isListening)
    }
  }
}
