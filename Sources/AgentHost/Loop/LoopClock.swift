package import AgentCore
import CLinux
import Glibc
import Synchronization

/// The agent's clock: read and waited for in one place, so that tests bring their own.
package protocol AgentClock: Sendable {
  /// The present moment.
  func now() -> HostTime

  /// Waits until a moment of the boot clock, or up to `tolerance` longer so that wake-ups fall together.
  ///
  /// - Throws: `CancellationError` when the task is cancelled first.
  func sleep(until moment: HostTime, tolerance: Duration) async throws
}

extension AgentClock {
  /// Waits for a while.
  package func sleep(for duration: Duration, tolerance: Duration = .zero) async throws {
    try await sleep(until: now().advanced(by: duration), tolerance: tolerance)
  }
}

/// The clock of an event loop: its timers are sd-event timers, so no thread waits for them.
package struct LoopClock: AgentClock {
  private let timers: LoopTimers

  /// Makes the clock of a loop.
  package init(loop: EventLoop) { timers = LoopTimers(loop: loop) }

  /// CLOCK_REALTIME and CLOCK_BOOTTIME (clock_gettime(2)).
  package func now() -> HostTime { .now() }

  /// Waits on the loop.
  package func sleep(until moment: HostTime, tolerance: Duration) async throws {
    try await timers.sleep(until: moment, tolerance: tolerance)
  }
}

extension HostTime {
  /// The present moment by the kernel's two clocks.
  package static func now() -> HostTime {
    HostTime(
      wallNanoseconds: clinux_nanoseconds(CLOCK_REALTIME), bootNanoseconds: clinux_nanoseconds(CLOCK_BOOTTIME))
  }
}

/// The waiting tasks of a loop, each with its timer.
private actor LoopTimers {
  /// A continuation is resumed exactly once: by whoever takes it out of `sleepers`.
  private final class Sleeper {
    let continuation: CheckedContinuation<Void, any Error>
    let source: EventSource

    init(_ continuation: CheckedContinuation<Void, any Error>, _ source: consuming EventSource) {
      self.continuation = continuation
      self.source = source
    }
  }

  private let loop: EventLoop
  private let lastID = Atomic<UInt64>(0)
  private var sleepers: [UInt64: Sleeper] = [:]
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  init(loop: EventLoop) { self.loop = loop }

  nonisolated func sleep(until moment: HostTime, tolerance: Duration) async throws {
    let id = lastID.add(1, ordering: .relaxed).newValue
    try await withTaskCancellationHandler {
      try await wait(id, until: moment, tolerance: tolerance)
    } onCancel: {
      Task(executorPreference: loop) { await self.cancel(id) }
    }
  }

  private func wait(_ id: UInt64, until moment: HostTime, tolerance: Duration) async throws {
    // A cancellation that came before is seen here; one that comes later finds the sleeper.
    try Task.checkCancellation()
    try await withCheckedThrowingContinuation { continuation in
      do {
        let source = try EventSource.timer(
          atBootMicroseconds: UInt64(max(0, moment.bootNanoseconds) / 1000),
          accuracy: UInt64(max(1, tolerance.wholeNanoseconds / 1000))
        ) { [weak self] _ in self?.assumeIsolated { $0.wake(id) } }
        sleepers[id] = Sleeper(continuation, source)
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }

  private func wake(_ id: UInt64) { sleepers.removeValue(forKey: id)?.continuation.resume() }

  private func cancel(_ id: UInt64) {
    sleepers.removeValue(forKey: id)?.continuation.resume(throwing: CancellationError())
  }
}
