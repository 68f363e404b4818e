import AgentCore
import AgentHost
import Synchronization

/// The moves of the shared address from host to host over the last ten minutes.
final class VIPMoves: Sendable {
  /// How far it looks back.
  static let length = Duration.seconds(600)
  private static let mostMoves = 100

  /// What is known of the moves.
  struct Summary: Sendable, Equatable {
    /// How often it moved.
    var count = 0
    /// The time that ``count`` covers; zero at the first look.
    var watched = Duration.zero
    /// How long this host has held it at least; nil while it does not.
    var held: Duration?
  }

  /// Who was seen to hold it.
  enum Holder: Sendable, Equatable {
    case own
    case others([HardwareAddress])
  }

  private struct State {
    var address: IPAddress
    var start: HostTime
    var holder: Holder?
    var heldSince: HostTime?
    var events = 0
    var moves: [HostTime] = []
  }

  private let state = Mutex<State?>(nil)

  /// Adds a look.
  ///
  /// - Parameters:
  ///   - holder: who holds it; nil when nobody was seen to, or nothing could be seen.
  ///   - events: how often it came to this host and went, since the agent's start.
  func add(_ address: IPAddress, holder: Holder?, events: Int, at time: HostTime) -> Summary {
    state.withLock { state in
      var own =
        state.flatMap { $0.address == address ? $0 : nil } ?? State(address: address, start: time, events: events)
      let isOther = holder != nil && own.holder != nil && holder != own.holder
      // Between two looks it may have gone and come back, which only the kernel's messages tell. A message of a change
      // that the look saw too is the same move.
      let count = max(isOther ? 1 : 0, events - own.events)
      own.moves += Array(repeating: time, count: min(max(0, count), VIPMoves.mostMoves))
      own.moves = own.moves.suffix(VIPMoves.mostMoves).filter { time.elapsed(since: $0) < VIPMoves.length }
      own.heldSince = holder == .own ? own.heldSince ?? time : nil
      own.holder = holder ?? own.holder
      own.events = events
      state = own
      return Summary(
        count: own.moves.count, watched: min(time.elapsed(since: own.start), VIPMoves.length),
        held: own.heldSince.map { time.elapsed(since: $0) })
    }
  }
}
