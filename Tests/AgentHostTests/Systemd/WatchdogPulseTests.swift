import AgentCore
import AgentTesting
import Synchronization
import Testing

@testable import AgentHost

@Suite(.timeLimit(.minutes(5))) struct WatchdogPulseTests {
  /// A thread that answers when the test lets it.
  private final class Thread: Sendable {
    private let waiting = Guarded<[CheckedContinuation<Void, Never>]>([])
    private let hangs = Guarded(false)

    func hang() { hangs.withLock { $0 = true } }

    func goOn() {
      hangs.withLock { $0 = false }
      for continuation in waiting.withLock({ waiting in
        defer { waiting = [] }
        return waiting
      }) { continuation.resume() }
    }

    var isAsked: Bool { waiting.withLock { !$0.isEmpty } }

    func answer() async {
      guard hangs.withLock(\.self) else { return }
      await withCheckedContinuation { continuation in waiting.withLock { $0.append(continuation) } }
    }
  }

  private func play(
    _ body: @Sendable @escaping (_ worker: Thread, ManualClock, _ proofs: @Sendable () -> Int) async -> Void
  ) async throws {
    try await withLoop { loop in
      let (worker, network, clock, count) = (Thread(), Thread(), ManualClock(), Counter())
      let pulse = WatchdogPulse(
        interval: .seconds(30), clock: clock, threads: [{ await worker.answer() }, { await network.answer() }])
      let running = Task(executorPreference: loop) { await pulse.run { count.add() } }
      await clock.sleeper(for: .seconds(15))
      await body(worker, clock, { count.value })
      running.cancel()
      worker.goOn()
      await running.value
    }
  }

  private final class Counter: Sendable {
    private let count = Atomic(0)
    var value: Int { count.load(ordering: .relaxed) }
    func add() { count.add(1, ordering: .relaxed) }
  }

  @Test func aLivingAgentProvesItAtHalfTheInterval() async throws {
    try await play { _, clock, proofs in
      #expect(proofs() == 0)
      for number in 1...3 {
        clock.advance(by: .seconds(15))
        await clock.sleeper(for: .seconds(15))
        #expect(proofs() == number)
      }
    }
  }

  @Test func aThreadThatHangsStopsTheProofsUntilItAnswers() async throws {
    try await play { worker, clock, proofs in
      worker.hang()
      // It answered since the last proof, so this one is still true.
      clock.advance(by: .seconds(15))
      await clock.sleeper(for: .seconds(15))
      #expect(proofs() == 1)
      while !worker.isAsked { await Task.yield() }
      clock.advance(by: .seconds(15))
      clock.advance(by: .seconds(600))
      await Task.yield()
      #expect(proofs() == 1)
      worker.goOn()
      await clock.sleeper(for: .seconds(15))
      #expect(proofs() == 2)
    }
  }

  @Test func theWorkerAndTheNetworkThreadAnswer() async throws {
    try await withLoop { loop in
      let (clock, count) = (ManualClock(), Counter())
      let pulse = WatchdogPulse(interval: .seconds(2), clock: clock, worker: try Worker(), network: NetworkLoop())
      let running = Task(executorPreference: loop) { await pulse.run { count.add() } }
      await clock.sleeper(for: .seconds(1))
      clock.advance(by: .seconds(1))
      await clock.sleeper(for: .seconds(1))
      #expect(count.value == 1)
      running.cancel()
      await running.value
    }
  }

  /// Another thread goes on with its work: the node's fault must not end who reports it.
  @Test func aWorkerThatIsHeldStopsNoProof() async throws {
    try await withLoop { loop in
      let (clock, count, worker) = (ManualClock(), Counter(), try Worker())
      // The thread ends with the process.
      Task(executorPreference: loop) { await worker.hang() }
      for _ in 0..<100 { await Task.yield() }
      let pulse = WatchdogPulse(interval: .seconds(2), clock: clock, worker: worker, network: NetworkLoop())
      let running = Task(executorPreference: loop) { await pulse.run { count.add() } }
      await clock.sleeper(for: .seconds(1))
      clock.advance(by: .seconds(1))
      await clock.sleeper(for: .seconds(1))
      #expect(count.value == 1)
      running.cancel()
    }
  }
}
