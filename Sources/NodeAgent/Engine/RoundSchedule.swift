import AgentCore

/// When the next round of a plugin may start.
///
/// A trigger is served at once, also when it follows closely on another: a change often comes in two or three events.
/// What lasts folds into ten rounds a second, the last of which sees the end of it. After a failure the pause doubles
/// from one second up to the interval, so that a source that fails at once is not hammered.
struct RoundSchedule: Sendable, Equatable {
  /// The mean time from round to round while triggers keep coming; those in between fold into one further round.
  static let fold = Duration.milliseconds(100)
  /// Rounds that may follow each other at once after a rest.
  static let burst = 4
  /// The pause after the first failure.
  static let firstPause = Duration.seconds(1)

  private let interval: Duration
  private let jitter: Double
  private let confirmation: Duration?
  /// When all rounds so far would have ended their folds had they stood in a line.
  private var folded: HostTime?
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
    [folded?.advanced(by: Self.fold * (1 - Self.burst)), notBefore].compactMap(\.self).reduce(time, Self.later)
  }

  mutating func started(at time: HostTime) {
    folded = Self.later(time, folded ?? time).advanced(by: Self.fold)
  }

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

  private static func later(_ one: HostTime, _ other: HostTime) -> HostTime {
    other.bootNanoseconds > one.bootNanoseconds ? other : one
  }

  private var pause: Duration {
    let doubled = Self.firstPause * (1 << min(failures - 1, 20))
    return min(max(doubled, Self.firstPause), max(interval, Self.firstPause))
  }
}
