import AgentTesting
import Foundation
import Glibc
import Testing

@testable import AgentHost

@Suite(.timeLimit(.minutes(5))) struct WorkerTests {
  /// A call that does not return until it is let go.
  private final class Hang: Sendable {
    private let pipe = Guarded<(CInt, CInt)>(
      {
        var ends: [CInt] = [0, 0]
        _ = Glibc.pipe(&ends)
        return (ends[0], ends[1])
      }())

    func wait() {
      let end = pipe.withLock { $0.0 }
      var byte: UInt8 = 0
      _ = Glibc.read(end, &byte, 1)
    }

    func letGo() {
      pipe.withLock { _ = close($0.1) }
    }
  }

  @Test func resultsAndErrorsComeBack() async throws {
    let worker = try Worker()
    #expect(try await worker.run { 6 * 7 } == 42)
    await #expect(throws: FileError.self) { try await worker.run { throw FileError("/x", .notFound) } }
    await worker.answer()
  }

  @Test func othersGoOnWhileOneHangsAndItsThreadEndsWhenItReturns() async throws {
    let tree = try TemporaryTree(["data/a": "1", "etc/b": "2"])
    try await withLoop { loop in
      let files = HostFiles(root: try HostRoot(tree.path, mode: .live))
      let worker = try Worker(loop: loop) { HeldPlace(path: $0, mount: "/data", isLocal: false) }
      let hang = Hang()
      let (starts, started) = AsyncStream.makeStream(of: Void.self)
      let stuck = Task(executorPreference: loop) {
        try await worker.run {
          _ = WorkerThread.current?.enter("/data/a")
          started.yield()
          hang.wait()
          return "late"
        }
      }
      for await _ in starts { break }
      // Waits for the thread that is held until another takes its place.
      #expect(try await worker.run { try files.text("/etc/b") } == "2")
      #expect(worker.health() == Worker.Health(unread: ["/data/a"]))
      // The watchdog's question is answered although a thread is held.
      await worker.answer()
      let error = await #expect(throws: FileError.self) { try await worker.run { try files.text("/data/c") } }
      #expect(error?.reason == .unanswered(path: "/data/a"))
      hang.letGo()
      #expect(try await stuck.value == "late", "slow is not lost")
      while !worker.health().unread.isEmpty { await Task.yield() }
      #expect(try await worker.run { try files.text("/data/a") } == "1")
    }
  }

  /// Whatever was asked of a file: once that is known, the thread waits for no file any more.
  @Test func whatWasReadIsNotWaitedFor() async throws {
    let tree = try TemporaryTree(["data/a": "1"])
    try await withLoop { loop in
      let files = HostFiles(root: try HostRoot(tree.path, mode: .live))
      let worker = try Worker(loop: loop)
      let asked: [@Sendable () throws -> Void] = [
        { _ = try files.bytes("/data/a") }, { _ = try files.kind("/data/a") }, { _ = try files.stamp("/data/a") },
        { _ = try files.entries("/data") }, { _ = try files.linkTarget("/data/a") }, { try files.probe("/data/a") },
        { _ = try files.isProgram("/data/a") }, { _ = try files.space("/data/a") },
        { _ = try files.head("/data/a", through: "1") }, { _ = try files.textIfPresent("/data/none") },
      ]
      let places = try await worker.run {
        try asked.map { ask in
          try ask()
          return WorkerThread.current?.place
        }
      }
      #expect(places == Array(repeating: nil, count: asked.count))
    }
  }

  @Test func whoIsCancelledReturnsAtOnce() async throws {
    try await withLoop { loop in
      let worker = try Worker(loop: loop)
      let hang = Hang()
      let (starts, started) = AsyncStream.makeStream(of: Void.self)
      let stuck = Task(executorPreference: loop) {
        try await worker.run {
          started.yield()
          hang.wait()
        }
      }
      for await _ in starts { break }
      stuck.cancel()
      await #expect(throws: CancellationError.self) { try await stuck.value }
      #expect(try await worker.run { 1 } == 1)
      #expect(worker.health().abandoned == 1)
      hang.letGo()
    }
  }

  @Test func aThousandPiecesFromManyTasksAllEnd() async throws {
    let sum = try await withLoop { loop in
      let worker = try Worker(loop: loop)
      return try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 1...1000 { group.addTask { try await worker.run { number } } }
        return try await group.reduce(0, +)
      }
    }
    #expect(sum == 500_500)
  }
}
