import AgentCore
import AgentHost

/// The automatic restarts of every unit over the last ten minutes.
///
/// A unit is read after each of systemd's signals, so that samples are dense where restarts are; between them nothing
/// changed.
final class RestartWindow: Sendable {
  /// How far it looks back.
  static let length = Duration.seconds(600)
  private static let mostSamples = 256

  /// A difference and the time that it covers.
  struct Count: Sendable, Equatable {
    var restarts: UInt64
    var over: Duration
  }

  private struct Sample {
    var time: HostTime
    var restarts: UInt64
  }

  private let samples = Guarded<[UnitName: [Sample]]>([:])

  /// Adds a sample and counts back; nil for the first one.
  func add(_ unit: UnitName, restarts: UInt64, at time: HostTime) -> Count? {
    samples.withLock { all in
      var own = all[unit] ?? []
      // One sample from before the window stays: the count begins there.
      while own.count > 1, time.elapsed(since: own[1].time) >= Self.length { own.removeFirst() }
      if own.last?.restarts != restarts || own.count == 1 { own.append(Sample(time: time, restarts: restarts)) }
      if own.count > Self.mostSamples { own.remove(at: 1) }
      all[unit] = own
      guard own.count > 1, let first = own.first else { return nil }
      return Count(restarts: restarts - min(restarts, first.restarts), over: time.elapsed(since: first.time))
    }
  }
}
