import AgentCore
import AgentHost

/// Runs the rounds of one plugin and publishes what they give.
actor PluginRunner {
  /// Moves that outlive their plugin.
  private static let mostCarried = 500

  /// The plugin's name.
  nonisolated let name: String
  private let loop: EventLoop
  private let clock: any AgentClock
  private let state: NodeState
  private let attempt: RoundAttempt
  private let shift: @Sendable () -> Double
  private var active: ActivePlugin
  /// Grows with every other configuration: what an earlier one looked for is not published any more.
  private var generation = 0
  private var listener = RoundListener()
  private var listening: Task<Void, Never>?
  /// The listening of the last plugin that looked, kept until the present one has, so that sources which both ask stay
  /// open.
  private var retired: Task<Void, Never>?
  private var schedule: RoundSchedule
  private var tracks = CheckTracks()
  /// Those of the last round that succeeded: what was seen stays true when a look fails.
  private var moves: [Move] = []
  /// Those that earlier plugins saw.
  private var carried: [Move] = []
  private var isWanted = true
  private var waiter: CheckedContinuation<Void, Never>?
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  init(
    _ active: ActivePlugin, loop: EventLoop, clock: any AgentClock, state: NodeState,
    shift: @escaping @Sendable () -> Double
  ) {
    name = active.name
    self.active = active
    self.loop = loop
    self.clock = clock
    self.state = state
    self.shift = shift
    attempt = RoundAttempt(loop: loop, clock: clock)
    schedule = RoundSchedule(active)
  }

  /// Looks at once, then after every trigger and interval, until the task is cancelled.
  func run(telling listener: RoundListener) async {
    self.listener = listener
    listen()
    await withTaskCancellationHandler {
      while !Task.isCancelled {
        await wanted()
        guard await pauseIfNeeded() else { break }
        await round()
      }
    } onCancel: {
      Task(executorPreference: loop) { await self.wake() }
    }
    listening?.cancel()
    retired?.cancel()
  }

  /// Goes on as a new configuration wants it, with another look at once where that says anything else; returns what is
  /// announced from now on.
  func adopt(_ next: ActivePlugin) -> [AnnouncedVerdict] {
    let isSamePlugin = next.basis == active.basis
    let off = active.switchedOff
    let switched = Set(off.keys).union(next.switchedOff.keys).filter { off[$0] != next.switchedOff[$0] }
    let isSame = isSamePlugin && switched.isEmpty && next.timings == active.timings
    active = next
    guard !isSame else { return tracks.announced }
    generation += 1
    tracks.replace(switched, by: next.skippedByConfiguration.filter { switched.contains($0.check) })
    if !isSamePlugin {
      schedule = RoundSchedule(next)
      carried = Array(moves.prefix(Self.mostCarried))
      if let before = listening {
        listen()
        if retired == nil { retired = before } else { before.cancel() }
      }
    }
    wake()
    return tracks.announced
  }

  private func listen() {
    let triggers = active.plugin.triggers()
    listening = Task(executorPreference: loop) {
      for await _ in triggers { await self.wake() }
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
    let looking = generation
    let start = clock.now()
    schedule.started(at: start)
    let (outcome, work) = await attempt.run(active, deadline: active.deadline)
    let end = clock.now()
    if looking == generation {
      publish(outcome, start: start, end: end)
      schedule.ended(at: end, succeeded: outcome.problem == nil, isWaiting: tracks.areWaiting)
      retired?.cancel()
      retired = nil
    }
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
      moves = result.moves + carried
    case .failure, .timeout:
      verdicts = active.unknown(because: outcome.problem ?? "", previous: tracks.verdicts)
    }
    let before = tracks.states
    let announcements = tracks.take(verdicts, at: end, timing: active.timings)
    state.publish(
      PluginRound(
        tracks: tracks.announced, transitions: tracks.transitions, metrics: metrics, moves: moves,
        problem: outcome.problem, ended: end, duration: end.elapsed(since: start)),
      of: active.name)
    if !announcements.isEmpty { listener.announce(announcements) }
    listener.published(tracks.states != before)
  }
}

extension RoundSchedule {
  /// The schedule of a plugin that has not looked yet.
  fileprivate init(_ active: ActivePlugin) {
    let rhythm = active.descriptor.rhythm
    self.init(interval: active.interval, jitter: rhythm.jitter, confirmation: rhythm.confirmation)
  }
}
