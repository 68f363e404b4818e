import AgentTesting
import Foundation
import Testing

@testable import AgentHost

@Suite("The helper's questions", .timeLimit(.minutes(10)))
struct HelperQuestionsTests {
  /// What the helper was asked, and the gate that its answers wait at, cancelled or not: as behind a dead server.
  private final class Machine: Sendable {
    private let asked = Guarded<[String]>([])
    private let waiting = Guarded<[CheckedContinuation<Void, Never>]?>([])
    private let (calls, call) = AsyncStream.makeStream(of: Int.self)

    var questions: [String] { asked.withLock(\.self) }

    func answer(_ line: [UInt8]) async -> [UInt8] {
      let count = asked.withLock { asked in
        asked.append(String(decoding: line, as: UTF8.self))
        return asked.count
      }
      call.yield(count)
      await withCheckedContinuation { continuation in
        let isOpen = waiting.withLock { waiting in
          waiting?.append(continuation)
          return waiting == nil
        }
        if isOpen { continuation.resume() }
      }
      return Array("answer\n".utf8)
    }

    func open() {
      let all = waiting.withLock { waiting in
        defer { waiting = nil }
        return waiting ?? []
      }
      for continuation in all { continuation.resume() }
    }

    /// Waits until so many questions have come.
    func received(_ count: Int) async {
      for await number in calls where number >= count { return }
    }
  }

  private func serving<T>(_ machine: Machine, _ body: (_ path: String) async throws -> T) async throws -> T {
    let tree = try TemporaryTree()
    let path = tree.path + "/helper.sock"
    let listener = try SocketServer.unixListener(path)
    let loop = try EventLoop()
    Thread { try? loop.run() }.start()
    defer { loop.stop() }
    let server = HelperServer(loop: loop, network: testNetwork, idleTime: .seconds(600)) { await machine.answer($0) }
    let end = Task(executorPreference: loop) { try await server.serve(listener) }
    let result = try await body(path)
    machine.open()
    end.cancel()
    try await end.value
    return result
  }

  @Test("equal ones are asked of the machine once, and all have the answer")
  func equal() async throws {
    let machine = Machine()
    let answers = try await serving(machine) { path in
      let askers = try (0..<8).map { _ in try SocketConnection(unix: path) }
      askers.forEach { $0.send("same\n") }
      // Connections are taken in order: when the last one's other question has come, so have all the same ones.
      let last = try SocketConnection(unix: path)
      last.send("other\n")
      await machine.received(2)
      machine.open()
      return try await onThread { askers.map { $0.receiveAll() } }
    }
    #expect(answers == Array(repeating: "answer\n", count: 8))
    #expect(machine.questions.sorted() == ["other", "same"])
  }

  @Test("more than sixteen different ones are refused while those are answered")
  func tooMany() async throws {
    let machine = Machine()
    let refused = try await serving(machine) { path in
      // Their askers leave at once: cancelled, and counted until they have ended.
      for number in 0..<16 { try SocketConnection(unix: path).send("question \(number)\n") }
      await machine.received(16)
      return try await onThread {
        let next = try SocketConnection(unix: path)
        next.send("one more\n")
        return next.receiveAll()
      }
    }
    // Turned away with a word, or without one while the connections of the others are still there.
    #expect(refused.isEmpty || refused.contains("16 questions are being answered already"))
    #expect(machine.questions.count == 16)
  }
}
