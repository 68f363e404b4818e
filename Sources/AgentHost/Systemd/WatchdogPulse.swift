import AgentCore

/// Proves again and again that the agent's threads live (sd_watchdog_enabled(3)).
///
/// Work on the event thread, which sends the proof only when worker and network thread have answered since the last
/// one. A plugin that does not answer holds up none of the three.
package struct WatchdogPulse: Sendable {
  private let interval: Duration
  private let clock: any AgentClock
  private let threads: [@Sendable () async -> Void]

  /// - Parameter interval: after this time without a proof the agent counts as dead; twice as many are sent.
  package init(interval: Duration, clock: any AgentClock, worker: Worker, network: NetworkLoop) {
    self.init(interval: interval, clock: clock, threads: [{ await worker.answer() }, { await network.answer() }])
  }

  /// - Parameter threads: each returns when a thread has answered.
  init(interval: Duration, clock: any AgentClock, threads: [@Sendable () async -> Void]) {
    self.interval = interval
    self.clock = clock
    self.threads = threads
  }

  /// Proves until the task is cancelled.
  package func run(_ prove: @Sendable () -> Void) async {
    while !Task.isCancelled {
      async let answers: Void = answer()
      do { try await clock.sleep(for: interval / 2) } catch { return }
      await answers
      prove()
    }
  }

  private func answer() async {
    await withDiscardingTaskGroup { group in
      for thread in threads { group.addTask { await thread() } }
    }
  }
}
