import AgentCore

/// The announced states of all checks and subjects of one plugin.
struct CheckTracks: Sendable, Equatable {
  private var tracks: [VerdictKey: CheckTrack] = [:]
  private var order: [VerdictKey] = []
  private var time = HostTime(wallNanoseconds: 0, bootNanoseconds: 0)
  /// Announced changes per check, of subjects that are gone too: counters never go back.
  private(set) var transitions: [CheckID: Int] = [:]

  /// What is announced, in the order of the last round.
  var announced: [AnnouncedVerdict] {
    order.compactMap { key in
      tracks[key].map { AnnouncedVerdict(verdict: $0.verdict, since: $0.since, recentChanges: $0.flaps(at: time)) }
    }
  }

  /// Whether a change waits to be confirmed.
  var areWaiting: Bool { tracks.values.contains(where: \.isWaiting) }

  /// The announced states.
  var states: [VerdictKey: CheckState] { tracks.mapValues(\.verdict.state) }

  var verdicts: [Verdict] { announced.map(\.verdict) }

  /// Takes the verdicts of a round and returns what is announced by it; what is gone from them is gone.
  mutating func take(_ verdicts: [Verdict], at time: HostTime, timing: [CheckID: CheckTiming]) -> [Transition] {
    var next: [VerdictKey: CheckTrack] = [:]
    var announcements: [Transition] = []
    for verdict in verdicts {
      guard var track = tracks[verdict.key] else {
        next[verdict.key] = CheckTrack(first: verdict)
        if verdict.state.isFinding { announcements.append(Transition(verdict: verdict, from: nil)) }
        continue
      }
      let before = track.verdict.state
      if track.take(verdict, at: time, timing: timing[verdict.check] ?? .fact) {
        transitions[verdict.check, default: 0] += 1
        announcements.append(Transition(verdict: verdict, from: before))
      }
      next[verdict.key] = track
    }
    tracks = next
    order = verdicts.map(\.key)
    self.time = time
    return announcements
  }

  /// Forgets what is announced of checks and announces other verdicts on them instead; nothing counts as a change.
  mutating func replace(_ checks: Set<CheckID>, by verdicts: [Verdict]) {
    order.removeAll { checks.contains($0.check) }
    tracks = tracks.filter { !checks.contains($0.key.check) }
    for verdict in verdicts {
      order.append(verdict.key)
      tracks[verdict.key] = CheckTrack(first: verdict)
    }
  }
}

/// An announced change of a check's state.
struct Transition: Sendable, Equatable {
  var verdict: Verdict
  /// The state before; nil for a finding of the first look.
  var from: CheckState?
}

/// An announced verdict and when its state began.
struct AnnouncedVerdict: Sendable, Equatable {
  var verdict: Verdict
  /// Nil while the first state lasts that the agent saw.
  var since: HostTime?
  /// Announced changes in the last ten minutes.
  var recentChanges = 0
}
