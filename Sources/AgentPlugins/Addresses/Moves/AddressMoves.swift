import AgentCore
import AgentHost
import AgentText

/// The moves of addresses from host to host: how many in ten minutes, and the last hundred of each.
final class AddressMoves: Sendable {
  /// How far the count looks back.
  static let length = Duration.seconds(600)

  /// What is known of the moves of one address.
  struct Summary: Sendable, Equatable {
    /// How often it moved.
    var count = 0
    /// The time that ``count`` covers; zero at the first look.
    var watched = Duration.zero
    /// The last hundred moves, the newest first.
    var history: [Move] = []
  }

  private let tracks = Guarded<[IPAddress: MoveTrack]>([:])

  /// Adds a look at an address.
  func add(_ sight: AddressSample) -> Summary {
    tracks.withLock { tracks in
      var track = tracks[sight.address] ?? MoveTrack(first: sight)
      track.take(sight)
      tracks[sight.address] = track
      return track.summary(at: sight.begin)
    }
  }

  /// What is known without a new look.
  func summary(of address: IPAddress, at time: HostTime) -> Summary {
    tracks.withLock { $0[address]?.summary(at: time) } ?? Summary()
  }

  /// The moves of an address so far, the newest first.
  func history(of address: IPAddress) -> [Move] { tracks.withLock { $0[address]?.history ?? [] } }

  /// Forgets all other addresses.
  func keep(only addresses: Set<IPAddress>) {
    tracks.withLock { tracks in tracks = tracks.filter { addresses.contains($0.key) } }
  }
}
