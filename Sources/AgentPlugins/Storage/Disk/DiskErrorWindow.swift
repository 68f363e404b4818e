import AgentCore
import AgentHost

/// The counters of errors at former looks.
final class DiskErrorWindow: Sendable {
  /// How far it looks back.
  static let length = Duration.seconds(3600)
  private static let mostSamples = 64

  private struct Sample {
    var time: HostTime
    var count: UInt64
  }

  private let samples = Guarded<[String: [Sample]]>([:])

  /// Adds a look and counts back.
  func add(_ errors: inout [DiskErrors], at time: HostTime) {
    samples.withLock { all in
      var kept: [String: [Sample]] = [:]
      for index in errors.indices {
        let key = errors[index].source
        var own = all[key] ?? []
        // A counter that fell belongs to another device of the name.
        if let last = own.last, errors[index].count < last.count { own = [] }
        while own.count > 1, time.elapsed(since: own[1].time) >= Self.length { own.removeFirst() }
        if let first = own.first {
          errors[index].new = errors[index].count - min(errors[index].count, first.count)
          errors[index].over = time.elapsed(since: first.time)
        }
        own.append(Sample(time: time, count: errors[index].count))
        if own.count > Self.mostSamples { own.remove(at: 1) }
        kept[key] = own
      }
      all = kept
    }
  }
}
