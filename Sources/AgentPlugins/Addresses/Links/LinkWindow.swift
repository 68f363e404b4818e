import AgentCore
import AgentHost

/// How the node's interface, and those below it, were at former looks of this agent.
final class LinkWindow: Sendable {
  /// How far it looks back for errors: three looks by the timer.
  static let length = Duration.seconds(900)
  private static let mostSamples = 64

  /// What former looks say of an interface.
  struct History: Sendable, Equatable {
    /// The highest speed that was seen, in megabits per second; nil when none was.
    var bestSpeed: Int?
    /// Frames with errors since the first look of the window; nil at the first look.
    var newErrors: UInt64?
    /// How often the carrier came or went since the first look of the window; nil at the first look.
    var newCarrierChanges: UInt64?
    /// The time that both cover.
    var over = Duration.zero
  }

  private struct Sample {
    var time: HostTime
    var errors: UInt64
    var carrierChanges: UInt64
  }

  private struct Record {
    var bestSpeed: Int?
    var samples: [Sample] = []
  }

  private struct State {
    var name: String?
    /// By the interface's number.
    var records: [Int: Record] = [:]
  }

  private let state = Guarded(State())

  /// The interface of the last look that knew it; the default route is gone while its interface is off.
  var lastName: String? { state.withLock(\.name) }

  /// Remembers the name.
  func remember(_ name: String) { state.withLock { $0.name = name } }

  /// Forgets all interfaces but these.
  func keep(_ links: [NetworkLink]) {
    let indices = Set(links.map(\.index))
    state.withLock { state in state.records = state.records.filter { indices.contains($0.key) } }
  }

  /// Adds a look and says what the former ones saw. A new interface of the same name has another number and begins anew.
  func add(_ link: NetworkLink, at time: HostTime) -> History {
    state.withLock { state in
      var record = state.records[link.index] ?? Record()
      record.bestSpeed = [record.bestSpeed, link.speed].compactMap(\.self).max()
      // One sample from before the window stays: the count begins there.
      while record.samples.count > 1, time.elapsed(since: record.samples[1].time) >= Self.length {
        record.samples.removeFirst()
      }
      let errors = link.counters.receiveErrors &+ link.counters.transmitErrors
      record.samples.append(Sample(time: time, errors: errors, carrierChanges: link.counters.carrierChanges))
      if record.samples.count > Self.mostSamples { record.samples.remove(at: 1) }
      state.records[link.index] = record
      var history = History(bestSpeed: record.bestSpeed)
      if record.samples.count > 1, let first = record.samples.first {
        history.newErrors = errors - min(errors, first.errors)
        history.newCarrierChanges =
          link.counters.carrierChanges - min(link.counters.carrierChanges, first.carrierChanges)
        history.over = time.elapsed(since: first.time)
      }
      return history
    }
  }
}
