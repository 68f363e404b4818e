import AgentText

/// The addresses that somebody listens for; may change while the listening goes on.
final class AddressInterest: Sendable {
  /// Which addresses, and why.
  struct Addresses: Sendable, Equatable {
    /// Addresses whose holder matters, and whose coming to this host and going is counted.
    var watched: Set<IPAddress> = []
    /// Addresses that this host may answer for without holding them.
    var own: Set<IPAddress> = []

    var isEmpty: Bool { watched.isEmpty && own.isEmpty }
  }

  private let addresses: Guarded<Addresses>

  init(_ watched: Set<IPAddress> = [], own: Set<IPAddress> = []) {
    addresses = Guarded(Addresses(watched: watched, own: own))
  }

  var current: Addresses { addresses.withLock(\.self) }

  /// Takes other addresses; false when they are the same.
  func change(to new: Addresses) -> Bool {
    addresses.withLock { addresses in
      defer { addresses = new }
      return addresses != new
    }
  }
}
