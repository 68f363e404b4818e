import AgentCore
import AgentHost
import Synchronization

/// How the node's interface was at former looks of this agent.
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
    /// The time that ``newErrors`` covers.
    var over = Duration.zero
  }

  private struct Sample {
    var time: HostTime
    var errors: UInt64
  }

  private struct State {
    var name: String?
    var index: Int?
    var bestSpeed: Int?
    var samples: [Sample] = []
  }

  private let state = Mutex(State())

  /// The interface of the last look that knew it; the default route is gone while its interface is off.
  var lastName: String? { state.withLock(\.name) }

  /// Remembers the name.
  func remember(_ name: String) { state.withLock { $0.name = name } }

  /// Adds a look and says what the former ones saw. Another interface, or a new one of the same name, begins anew.
  func add(_ link: NetworkLink, at time: HostTime) -> History {
    state.withLock { state in
      if state.index != link.index { state = State(name: link.name, index: link.index) }
      state.bestSpeed = [state.bestSpeed, link.speed].compactMap(\.self).max()
      // One sample from before the window stays: the count begins there.
      while state.samples.count > 1, time.elapsed(since: state.samples[1].time) >= Self.length {
        state.samples.removeFirst()
      }
      let errors = link.counters.receiveErrors &+ link.counters.transmitErrors
      state.samples.append(Sample(time: time, errors: errors))
      if state.samples.count > Self.mostSamples { state.samples.remove(at: 1) }
      var history = History(bestSpeed: state.bestSpeed)
      if state.samples.count > 1, let first = state.samples.first {
        history.newErrors = errors - min(errors, first.errors)
        history.over = time.elapsed(since: first.time)
      }
      return history
    }
  }
}
