import AgentCore
import AgentTesting
import Foundation
import Testing

@testable import AgentHost
@testable import AgentKnowledge

@Suite struct EventLoopTests {
  @Test func allWorkOfATaskStaysOnTheLoopsThread() async throws {
    try await withLoop { loop in
      #expect(loop.isCurrent)
      let places = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<100 {
          group.addTask {
            await Task.yield()
            return loop.isCurrent
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(places.count == 100)
      #expect(!places.contains(false))
    }
  }

  @Test func noSleeperWakesBeforeItsDeadline() async throws {
    try await withLoop { loop in
      let clock = LoopClock(loop: loop)
      let start = clock.now()
      let early = await withTaskGroup(of: Bool.self) { group in
        for milliseconds in [30, 0, 10, -5, 20] {
          group.addTask {
            let deadline = start.advanced(by: .milliseconds(milliseconds))
            try? await clock.sleep(until: deadline, tolerance: .zero)
            return clock.now().elapsed(since: deadline) < .zero
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(early == [false, false, false, false, false])
    }
  }

  @Test func aCancelledSleeperWakesAtOnce() async throws {
    try await withLoop { loop in
      let clock = LoopClock(loop: loop)
      let sleeper = Task(executorPreference: loop) { try await clock.sleep(for: .seconds(3600)) }
      await Task.yield()
      sleeper.cancel()
      await #expect(throws: CancellationError.self) { try await sleeper.value }
      let early = Task(executorPreference: loop) { try await clock.sleep(for: .seconds(3600)) }
      early.cancel()
      await #expect(throws: CancellationError.self) { try await early.value }
    }
  }

  @Test func theWorkerRunsOneAfterTheOtherOffTheLoop() async throws {
    try await withLoop { loop in
      let worker = try Worker()
      let places = try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<50 { group.addTask { try await worker.run { loop.isCurrent } } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(places.count == 50)
      #expect(!places.contains(true))
      await #expect(throws: FileError.self) { try await worker.run { throw FileError("/x", .notFound) } }
    }
  }

  @Test func aWorkerThatHangsDoesNotHoldUpTheLoop() async throws {
    try await withLoop { loop in
      let (worker, clock) = (try Worker(), LoopClock(loop: loop))
      let gate = DispatchSemaphore(value: 0)
      let (held, hold) = AsyncStream.makeStream(of: Void.self)
      let hanging = Task(executorPreference: loop) {
        try await worker.run {
          hold.yield()
          gate.wait()
        }
      }
      for await _ in held { break }
      try await clock.sleep(for: .nanoseconds(1))
      gate.signal()
      try await hanging.value
    }
  }

  @Test func aRecordedClockStandsStillUntilTheSleeperIsCancelled() async throws {
    try await withLoop { loop in
      let moment = HostTime(wallNanoseconds: 7, bootNanoseconds: 9)
      let clock = RecordedClock(showing: moment)
      let sleeper = Task(executorPreference: loop) { try await clock.sleep(for: .nanoseconds(1)) }
      await Task.yield()
      #expect(clock.now() == moment)
      sleeper.cancel()
      await #expect(throws: CancellationError.self) { try await sleeper.value }
    }
  }
}
