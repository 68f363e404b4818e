package import AgentCore

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
