import AgentCore
import AgentHost

/// Runs the rounds of one plugin and publishes what they give.
actor PluginRunner {
  private let active: ActivePlugin
  private let loop: EventLoop
  private let clock: any AgentClock
  private let state: NodeState
  private let attempt: RoundAttempt
  private let shift: @Sendable () -> Double
  private let announce: @Sendable ([Transition]) -> Void
  private var schedule: RoundSchedule
  private var tracks = CheckTracks()
  /// Those of the last round that succeeded: what was seen stays true when a look fails.
  private var moves: [Move] = []
  private var isWanted = true
  private var waiter: CheckedContinuation<Void, Never>?
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  init(
    _ active: ActivePlugin, loop: EventLoop, clock: any AgentClock, state: NodeState,
    shift: @escaping @Sendable () -> Double, announce: @escaping @Sendable ([Transition]) -> Void
  ) {
    self.active = active
    self.loop = loop
    self.clock = clock
    self.state = state
    self.shift = shift
    self.announce = announce
    attempt = RoundAttempt(loop: loop, clock: clock)
    schedule = RoundSchedule(
      interval: active.interval, jitter: active.descriptor.rhythm.jitter,
      confirmation: active.descriptor.rhythm.confirmation)
  }

  /// Looks at once, then after every trigger and interval, until the task is cancelled.
  func run() async {
    let triggers = active.plugin.triggers()
    let listening = Task(executorPreference: loop) {
      for await _ in triggers { await self.wake() }
    }
    defer { listening.cancel() }
    await withTaskCancellationHandler {
      while !Task.isCancelled {
        await wanted()
        guard await pauseIfNeeded() else { return }
        await round()
      }
    } onCancel: {
      Task(executorPreference: loop) { await self.wake() }
    }
  }

  /// Looks once; goes on without a round that hangs.
  func once(timeout: Duration?) async {
    let deadline = timeout.map { min($0, active.deadline) } ?? active.deadline
    let start = clock.now()
    let (outcome, _) = await attempt.run(active, deadline: deadline)
    publish(outcome, start: start, end: clock.now())
  }

  private func wake() {
    isWanted = true
    waiter?.resume()
    waiter = nil
  }

  private func wanted() async {
    guard !isWanted else { return }
    let due = schedule.nextRound(after: clock.now(), shift: shift())
    let timer = Task(executorPreference: loop) { [clock] in
      do {
        try await clock.sleep(until: due, tolerance: .seconds(1))
        await self.wake()
      } catch {}
    }
    await withCheckedContinuation { waiter = $0 }
    timer.cancel()
  }

  /// Triggers that come while it pauses are served by the round that follows; false when the task was cancelled.
  private func pauseIfNeeded() async -> Bool {
    let now = clock.now()
    let earliest = schedule.earliest(at: now)
    if earliest.bootNanoseconds > now.bootNanoseconds {
      do { try await clock.sleep(until: earliest, tolerance: .zero) } catch { return false }
    }
    return !Task.isCancelled
  }

  private func round() async {
    isWanted = false
    let start = clock.now()
    schedule.started(at: start)
    let (outcome, work) = await attempt.run(active, deadline: active.deadline)
    let end = clock.now()
    publish(outcome, start: start, end: end)
    schedule.ended(at: end, succeeded: outcome.problem == nil, isWaiting: tracks.areWaiting)
    // A round that hangs is waited for: never two at once.
    await work.value
  }

  private func publish(_ outcome: RoundOutcome, start: HostTime, end: HostTime) {
    let verdicts: [Verdict]
    var metrics: [MetricFamily] = []
    switch outcome {
    case .success(let result):
      verdicts = active.selected(result.verdicts)
      metrics = result.metrics
      moves = result.moves
    case .failure, .timeout:
      verdicts = active.unknown(because: outcome.problem ?? "", previous: tracks.verdicts)
    }
    let announcements = tracks.take(verdicts, at: end, timing: active.timings)
    state.publish(
      PluginRound(
        tracks: tracks.announced, transitions: tracks.transitions, metrics: metrics, moves: moves,
        problem: outcome.problem, ended: end, duration: end.elapsed(since: start)),
      of: active.name)
    if !announcements.isEmpty { announce(announcements) }
  }
}
