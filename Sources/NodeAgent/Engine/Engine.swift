import AgentCore
import AgentHost

/// Brings plugins, clock and state together; `run` and `doctor` differ only in how often they look.
struct Engine: Sendable {
  /// How often the event loop shows that it is alive; `/healthz` allows 30 s.
  static let beat = Duration.seconds(20)

  let clock: any AgentClock
  let state: NodeState
  private let runners: [PluginRunner]

  /// - Parameter shift: the part of its jitter by which an interval is shifted; between -1 and 1.
  init(
    loop: EventLoop, clock: any AgentClock, active: [ActivePlugin], state: NodeState,
    shift: @escaping @Sendable () -> Double = { .random(in: -1...1) }
  ) {
    self.clock = clock
    self.state = state
    runners = active.map { PluginRunner($0, loop: loop, clock: clock, state: state, shift: shift) }
  }

  /// Every plugin looks once, all at the same time.
  func observeOnce(timeout: Duration?) async {
    await withDiscardingTaskGroup { group in
      for runner in runners { group.addTask { await runner.once(timeout: timeout) } }
    }
  }

  /// Every plugin looks whenever it is triggered or due, until the task is cancelled.
  func run(telling listener: RoundListener = RoundListener()) async {
    await withDiscardingTaskGroup { group in
      for runner in runners { group.addTask { await runner.run(telling: listener) } }
      group.addTask { await beat() }
    }
  }

  /// Goes on with the same plugins as a new configuration wants them, all in one step; on the event loop's thread.
  func adopt(_ active: [ActivePlugin]) {
    let wanted = Dictionary(active.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var tracks: [String: [AnnouncedVerdict]] = [:]
    for runner in runners {
      guard let next = wanted[runner.name] else { continue }
      tracks[runner.name] = runner.assumeIsolated { $0.adopt(next) }
    }
    state.adopt(active, tracks: tracks)
  }

  private func beat() async {
    while !Task.isCancelled {
      state.beat(at: clock.now())
      do { try await clock.sleep(for: Self.beat, tolerance: .seconds(5)) } catch { return }
    }
  }
}
