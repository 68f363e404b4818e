/// One moment on the host, by both of its clocks.
package struct HostTime: Sendable, Hashable {
  /// Nanoseconds since 1970-01-01 00:00 UTC (CLOCK_REALTIME); may jump when the clock is set.
  package var wallNanoseconds: Int64
  /// Nanoseconds since boot, suspended time included (CLOCK_BOOTTIME); never goes back.
  package var bootNanoseconds: Int64

  /// Makes a moment.
  package init(wallNanoseconds: Int64, bootNanoseconds: Int64) {
    self.wallNanoseconds = wallNanoseconds
    self.bootNanoseconds = bootNanoseconds
  }

  /// Seconds since 1970-01-01 00:00 UTC.
  package var wallSeconds: Double { Double(wallNanoseconds) / 1e9 }

  /// The time that passed since an earlier moment, by the clock that never goes back.
  package func elapsed(since earlier: HostTime) -> Duration {
    .nanoseconds(bootNanoseconds.subtractingSaturated(earlier.bootNanoseconds))
  }

  /// The moment that lies `duration` later on both clocks.
  package func advanced(by duration: Duration) -> HostTime {
    let nanoseconds = duration.wholeNanoseconds
    return HostTime(
      wallNanoseconds: wallNanoseconds.addingSaturated(nanoseconds),
      bootNanoseconds: bootNanoseconds.addingSaturated(nanoseconds))
  }
}

extension Duration {
  /// The duration in whole nanoseconds; 292 years at the most.
  package var wholeNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds.multipliedSaturated(by: 1_000_000_000).addingSaturated(attoseconds / 1_000_000_000)
  }

  /// The duration in seconds.
  package var inSeconds: Double { Double(wholeNanoseconds) / 1e9 }
}
