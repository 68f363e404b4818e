package import AgentCore
import AgentHost

/// A clock that moves only when a test moves it.
package final class ManualClock: AgentClock {
  private struct Sleeper {
    var deadline: HostTime
    var continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var now: HostTime
    var lastID = 0
    var sleepers: [Int: Sleeper] = [:]
    var cancelled: Set<Int> = []
    var watchers: [(isMet: @Sendable ([Duration]) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state: Guarded<State>

  /// Starts at a moment in 2026, one hour after boot.
  package init() {
    state = Guarded(
      State(now: HostTime(wallNanoseconds: 1_795_230_000_000_000_000, bootNanoseconds: 3_600_000_000_000)))
  }

  /// The moment to which the test moved it.
  package func now() -> HostTime { state.withLock(\.now) }

  /// Waits until the test moves the clock there.
  package func sleep(until moment: HostTime, tolerance: Duration) async throws {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { enter(id, moment, $0) }
    } onCancel: {
      cancel(id)
    }
  }

  /// Moves the clock and wakes whoever waited for a moment up to then.
  package func advance(by duration: Duration) {
    let due = state.withLock { state in
      state.now = state.now.advanced(by: duration)
      let due = state.sleepers.filter { $0.value.deadline.bootNanoseconds <= state.now.bootNanoseconds }
      for id in due.keys { state.sleepers[id] = nil }
      return due.sorted { $0.value.deadline.bootNanoseconds < $1.value.deadline.bootNanoseconds }
    }
    for sleeper in due { sleeper.value.continuation.resume() }
    notify()
  }

  /// Waits until the times that tasks still have to sleep satisfy a condition.
  package func sleepers(_ isMet: @escaping @Sendable ([Duration]) -> Bool) async {
    await withCheckedContinuation { continuation in
      state.withLock { $0.watchers.append((isMet, continuation)) }
      notify()
    }
  }

  /// Waits until a task sleeps for exactly this long.
  package func sleeper(for duration: Duration) async { await sleepers { $0.contains(duration) } }

  private func enter(_ id: Int, _ deadline: HostTime, _ continuation: CheckedContinuation<Void, any Error>) {
    enum Entry { case sleeps, isDue, isCancelled }
    let entry: Entry = state.withLock { state in
      if state.cancelled.remove(id) != nil { return .isCancelled }
      if deadline.bootNanoseconds <= state.now.bootNanoseconds { return .isDue }
      state.sleepers[id] = Sleeper(deadline: deadline, continuation: continuation)
      return .sleeps
    }
    switch entry {
    case .sleeps: notify()
    case .isDue: continuation.resume()
    case .isCancelled: continuation.resume(throwing: CancellationError())
    }
  }

  private func cancel(_ id: Int) {
    let sleeper = state.withLock { state in
      let sleeper = state.sleepers.removeValue(forKey: id)
      if sleeper == nil { state.cancelled.insert(id) }
      return sleeper
    }
    sleeper?.continuation.resume(throwing: CancellationError())
    notify()
  }

  private func notify() {
    let met = state.withLock { state in
      let left = state.sleepers.values.map { $0.deadline.elapsed(since: state.now) }
      let met = state.watchers.filter { $0.isMet(left) }
      state.watchers.removeAll { $0.isMet(left) }
      return met
    }
    for watcher in met { watcher.continuation.resume() }
  }
}
