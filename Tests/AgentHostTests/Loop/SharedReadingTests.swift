import AgentTesting
import Dispatch
import Testing

@testable import AgentHost

@Suite struct SharedReadingTests {
  /// Holds the worker until it is told to go on, and counts.
  private final class Counter: Sendable {
    private let count = Guarded(0)
    /// An event for every reading that has begun.
    let beginnings = AsyncStream.makeStream(of: Int.self)
    private let pass = DispatchSemaphore(value: 0)

    /// Counts one, waits for ``letGo()`` and answers the count.
    func read() -> Int {
      let number = count.withLock { count in
        count += 1
        return count
      }
      beginnings.continuation.yield(number)
      pass.wait()
      return number
    }

    func letGo() { pass.signal() }
  }

  @Test func whoAsksBeforeItBeginsSharesTheReading() async throws {
    let counter = Counter()
    let values = try await withLoop { loop in
      let worker = try Worker()
      let shared = SharedReading(worker: worker, loop: loop) { counter.read() }
      // In turn: the worker cannot begin before the last one has asked, for it takes its own turn behind them.
      return try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<3 {
          group.addTask { try await shared.value() }
          counter.letGo()
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
    }
    #expect(values == [1, 1, 1])
  }

  @Test func whoAsksWhileTheWorkerHasOtherWorkSharesTheReading() async throws {
    let (other, counter) = (Counter(), Counter())
    let values = try await withLoop { loop in
      let worker = try Worker()
      let shared = SharedReading(worker: worker, loop: loop) { counter.read() }
      async let busy = worker.run { other.read() }
      for await _ in other.beginnings.stream { break }
      async let first = shared.value()
      // Behind the turn that the reading takes on the loop: it waits for the worker by now.
      for _ in 0..<3 { await Task.yield() }
      async let second = shared.value()
      await Task.yield()
      other.letGo()
      for _ in 0..<2 { counter.letGo() }
      _ = try await busy
      return try await [first, second]
    }
    #expect(values == [1, 1])
  }

  @Test func aReadingThatHasBegunServesNobodyWhoAsksLater() async throws {
    let counter = Counter()
    let values = try await withLoop { loop in
      let worker = try Worker()
      let shared = SharedReading(worker: worker, loop: loop) { counter.read() }
      async let early = shared.value()
      for await _ in counter.beginnings.stream { break }
      async let late = shared.value()
      await Task.yield()
      for _ in 0..<2 { counter.letGo() }
      return try await [early, late]
    }
    #expect(values == [1, 2])
  }

  @Test func aRecordedHostReadsForEverybodyWhoAsks() async throws {
    let counter = Counter()
    let shared = SharedReading(worker: try Worker(), loop: nil) { counter.read() }
    for _ in 0..<2 { counter.letGo() }
    #expect(try await shared.value() == 1)
    #expect(try await shared.value() == 2)
  }
}
