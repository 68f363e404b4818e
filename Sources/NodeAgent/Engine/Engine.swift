import AgentCore
import AgentHost

/// Brings plugins, clock and state together; `run` and `doctor` differ only in how often they look.
struct Engine: Sendable {
  /// How often the event loop shows that it is alive; `/healthz` allows 30 s.
  static let beat = Duration.seconds(20)

  let loop: EventLoop
  let clock: any AgentClock
  let active: [ActivePlugin]
  let state: NodeState
  /// The part of its jitter by which an interval is shifted; between -1 and 1.
  var shift: @Sendable () -> Double = { .random(in: -1...1) }
  /// Called with the changes that a round announces, after they are published.
  var announce: @Sendable ([Transition]) -> Void = { _ in }

  /// Every plugin looks once, all at the same time.
  func observeOnce(timeout: Duration?) async {
    await withDiscardingTaskGroup { group in
      for runner in runners() { group.addTask { await runner.once(timeout: timeout) } }
    }
  }

  /// Every plugin looks whenever it is triggered or due, until the task is cancelled.
  func run() async {
    await withDiscardingTaskGroup { group in
      for runner in runners() { group.addTask { await runner.run() } }
      group.addTask { await beat() }
    }
  }

  private func runners() -> [PluginRunner] {
    active.map { PluginRunner($0, loop: loop, clock: clock, state: state, shift: shift, announce: announce) }
  }

  private func beat() async {
    while !Task.isCancelled {
      state.beat(at: clock.now())
      do { try await clock.sleep(for: Self.beat, tolerance: .seconds(5)) } catch { return }
    }
  }
}
