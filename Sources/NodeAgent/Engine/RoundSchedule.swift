import AgentCore

/// When the next round of a plugin may start.
///
/// A trigger is served at once; further ones within 100 ms of the start of a round fold into one that follows. After a
/// failure the pause doubles from one second up to the interval, so that a source that fails at once is not hammered.
struct RoundSchedule: Sendable, Equatable {
  /// Triggers this soon after the start of a round fold into one further round.
  static let fold = Duration.milliseconds(100)
  /// The pause after the first failure.
  static let firstPause = Duration.seconds(1)

  private let interval: Duration
  private let jitter: Double
  private let confirmation: Duration?
  private var lastStart: HostTime?
  private var notBefore: HostTime?
  private var failures = 0
  private var isWaiting = false

  /// - Parameters:
  ///   - jitter: by which part of itself the interval is shifted at most.
  ///   - confirmation: the longest time to the look that a waiting change needs; nil for the interval.
  init(interval: Duration, jitter: Double, confirmation: Duration? = nil) {
    self.confirmation = confirmation
    self.interval = interval
    self.jitter = jitter
  }

  /// The earliest start of a round that is wanted at `time`.
  func earliest(at time: HostTime) -> HostTime {
    [lastStart?.advanced(by: Self.fold), notBefore].compactMap(\.self).reduce(time) { latest, limit in
      limit.bootNanoseconds > latest.bootNanoseconds ? limit : latest
    }
  }

  mutating func started(at time: HostTime) { lastStart = time }

  /// - Parameter isWaiting: whether a change is not announced yet, because one look is not enough for it.
  mutating func ended(at time: HostTime, succeeded: Bool, isWaiting: Bool = false) {
    self.isWaiting = isWaiting
    failures = succeeded ? 0 : failures + 1
    notBefore = succeeded ? nil : time.advanced(by: pause)
  }

  /// When to look without a trigger: the interval, shifted, or the end of the pause after a failure.
  ///
  /// - Parameter shift: the part of the jitter by which it is shifted; between -1 and 1.
  func nextRound(after time: HostTime, shift: Double) -> HostTime {
    if let notBefore { return notBefore }
    let pause = Duration.nanoseconds(Int64(Double(interval.wholeNanoseconds) * (1 + jitter * shift)))
    return time.advanced(by: isWaiting ? min(pause, confirmation ?? pause) : pause)
  }

  private var pause: Duration {
    let doubled = Self.firstPause * (1 << min(failures - 1, 20))
    return min(max(doubled, Self.firstPause), max(interval, Self.firstPause))
  }
}
