/// How often a plugin looks when nothing triggers it.
package struct Rhythm: Sendable, Hashable {
  /// The longest time between two looks, before it is shifted.
  package var interval: Duration
  /// The roles of hosts that look at another interval, and that interval; empty where all look alike.
  package var exceptions: [Role: Duration]
  /// By which part of itself an interval is shifted at most, so that nodes never march in step.
  package var jitter: Double
  /// The longest time until a change that waits for a second look gets it; nil where it waits for the next round.
  package var confirmation: Duration?

  /// Looks at an interval, shifted by up to 10 %.
  package static func every(_ interval: Duration) -> Rhythm {
    Rhythm(interval: interval, exceptions: [:], jitter: 0.1)
  }

  /// Asks the network, at intervals that are shifted by up to 50 %. As these are long, what looks wrong is asked for once
  /// more after five seconds: longer than a fail-over takes.
  ///
  /// - Parameter exceptions: the roles of hosts that ask at another interval.
  package static func probing(every interval: Duration, except exceptions: [Role: Duration] = [:]) -> Rhythm {
    Rhythm(interval: interval, exceptions: exceptions, jitter: 0.5, confirmation: .seconds(5))
  }

  /// The interval of a host: of several that its roles name, the shortest.
  package func interval(for roles: Set<Role>) -> Duration {
    roles.compactMap { exceptions[$0] }.min() ?? interval
  }
}
