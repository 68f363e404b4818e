import AgentCore

/// The announced state of one check and subject: judgements go in, announcements come out.
///
/// A pure value: time comes in with every judgement.
struct CheckTrack: Sendable, Equatable {
  /// Announcements within this time count as flapping.
  static let flapWindow = Duration.seconds(600)

  /// What was announced last.
  private(set) var verdict: Verdict
  /// When the announced state began; nil while the first one lasts, because nobody saw it begin.
  private(set) var since: HostTime?
  /// Changes of the announced state, the first judgement not counted.
  private(set) var transitions = 0
  private var recent: [HostTime] = []
  private var candidate: Candidate?

  private struct Candidate: Sendable, Equatable {
    var isWorse: Bool
    var first: HostTime
    var rounds: Int
  }

  /// The first judgement is announced at once: a restarted agent says what it sees.
  init(first verdict: Verdict) { self.verdict = verdict }

  /// Takes the judgement of a round; true when the announced state changed.
  mutating func take(_ next: Verdict, at time: HostTime, timing: CheckTiming) -> Bool {
    guard next.state != verdict.state else {
      if next.isFresh { candidate = nil }
      verdict = next
      return false
    }
    guard next.isFresh else { return false }
    // Neither better nor worse: there is nothing to wait for.
    guard next.state.badness != verdict.state.badness else {
      announce(next, at: time)
      return true
    }
    let isWorse = next.state.badness > verdict.state.badness
    var waiting = candidate ?? Candidate(isWorse: isWorse, first: time, rounds: 0)
    if waiting.isWorse != isWorse { waiting = Candidate(isWorse: isWorse, first: time, rounds: 0) }
    waiting.rounds += 1
    candidate = waiting
    guard
      (isWorse ? timing.hold : timing.clear).isOver(rounds: waiting.rounds, lasted: time.elapsed(since: waiting.first))
    else { return false }
    announce(next, at: time)
    return true
  }

  /// Whether another state than the announced one was judged last.
  var isWaiting: Bool { candidate != nil }

  /// Announcements in the last ten minutes.
  func flaps(at time: HostTime) -> Int { recent.count { time.elapsed(since: $0) <= Self.flapWindow } }

  private mutating func announce(_ next: Verdict, at time: HostTime) {
    recent = recent.filter { time.elapsed(since: $0) <= Self.flapWindow } + [time]
    verdict = next
    since = time
    transitions += 1
    candidate = nil
  }
}

extension Persistence {
  fileprivate func isOver(rounds: Int, lasted: Duration) -> Bool {
    switch self {
    case .rounds(let needed): rounds >= needed
    case .lasting(let needed): lasted >= needed
    }
  }
}

extension CheckState {
  /// Which change is "worse" and so waits for `hold`; not being able to look is worse than having seen a fault.
  fileprivate var badness: Int {
    switch self {
    case .ok, .skipped: 0
    case .warning: 1
    case .failing: 2
    case .unknown: 3
    }
  }
}
