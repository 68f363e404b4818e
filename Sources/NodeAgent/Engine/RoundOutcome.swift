import AgentText
import AgentCore
import AgentHost

/// How one round of a plugin ended.
enum RoundOutcome: Sendable {
  case success(RoundResult)
  /// It could not look; the reason in words.
  case failure(String)
  /// It did not end within its deadline.
  case timeout(Duration)

  /// Why the checks are unknown; nil after a success.
  var problem: String? {
    switch self {
    case .success: nil
    case .failure(let reason): reason
    case .timeout(let deadline): "no answer within \(deadline.settingsText)"
    }
  }
}

/// One round: observe, judge and measure, for at most the deadline.
///
/// Swift cannot end a task that hangs in a system call, so the caller goes on without it and gets its handle.
struct RoundAttempt: Sendable {
  let loop: EventLoop
  let clock: any AgentClock

  func run(_ plugin: ActivePlugin, deadline: Duration) async -> (outcome: RoundOutcome, work: Task<Void, Never>) {
    let race = OutcomeRace(loop: loop)
    let (clock, plugin) = (clock, plugin.plugin)
    let work = Task(executorPreference: loop) {
      do {
        await race.finish(.success(try await plugin.round(at: clock.now())))
      } catch {
        await race.finish(.failure("\(error)"))
      }
    }
    let timer = Task(executorPreference: loop) {
      do {
        try await clock.sleep(for: deadline)
        await race.finish(.timeout(deadline))
      } catch {}
    }
    let outcome = await race.outcome()
    timer.cancel()
    if case .timeout = outcome { work.cancel() }
    return (outcome, work)
  }
}

/// The first outcome counts, whether the round or its deadline brought it.
private actor OutcomeRace {
  private let loop: EventLoop
  private var first: RoundOutcome?
  private var waiter: CheckedContinuation<RoundOutcome, Never>?
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  init(loop: EventLoop) { self.loop = loop }

  func finish(_ outcome: RoundOutcome) {
    guard first == nil else { return }
    first = outcome
    waiter?.resume(returning: outcome)
    waiter = nil
  }

  func outcome() async -> RoundOutcome {
    if let first { return first }
    return await withCheckedContinuation { waiter = $0 }
  }
}
