import AgentCore
import AgentHost

/// A plugin that a test plays: every look waits for the test's answer.
final class FakePlugin: Plugin {
  struct Observation: Sendable, Equatable { var state: CheckState }
  struct Refused: Error, CustomStringConvertible { var description = "refused" }

  static let check = CheckDefinition(
    "fake.check", title: "t", why: "w", source: "s", confirm: "c", remedy: "r", undo: "u", worst: .failing)

  /// What it remembers while all is well.
  static let move = Move(
    at: HostTime(wallNanoseconds: 0, bootNanoseconds: 0), address: "192.0.2.1", from: "a", to: "b", gap: nil)

  private struct State {
    var looks = 0
    var answers: [CheckedContinuation<Observation, any Error>] = []
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Guarded(State())
  private let stream = AsyncStream.makeStream(of: Trigger.self, bufferingPolicy: .bufferingNewest(1))

  /// Looks that began.
  var looks: Int { state.withLock(\.looks) }

  func trigger() { stream.continuation.yield(Trigger()) }

  func triggers() -> AsyncStream<Trigger> { stream.stream }

  func observe(at time: HostTime) async throws -> Observation {
    try await withCheckedThrowingContinuation { continuation in
      let waiters = state.withLock { state in
        state.looks += 1
        state.answers.append(continuation)
        defer { state.waiters = [] }
        return state.waiters
      }
      waiters.forEach { $0.resume() }
    }
  }

  func judge(_ observation: Observation) -> [Verdict] { [Verdict("fake.check", observation.state, "said so")] }

  func metrics(_ observation: Observation) -> [MetricFamily] { [] }

  func history(_ observation: Observation) -> [Move] { observation.state == .ok ? [Self.move] : [] }

  /// Waits for a look to begin and answers it.
  func answer(_ result: Result<CheckState, any Error>) async {
    await looking()
    let next = state.withLock { $0.answers.removeFirst() }
    next.resume(with: result.map(Observation.init))
  }

  /// Waits until a look waits for its answer.
  func looking() async {
    await withCheckedContinuation { continuation in
      let isReady = state.withLock { state in
        guard state.answers.isEmpty else { return true }
        state.waiters.append(continuation)
        return false
      }
      if isReady { continuation.resume() }
    }
  }
}
