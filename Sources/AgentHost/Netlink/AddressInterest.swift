package import AgentText

/// The addresses that somebody listens for; may change while the listening goes on.
package final class AddressInterest: Sendable {
  /// Which addresses, and why.
  package struct Addresses: Sendable, Equatable {
    /// Addresses whose holder matters, and whose coming to this host and going is counted.
    package var watched: Set<IPAddress>
    /// Addresses that this host may answer for without holding them.
    package var own: Set<IPAddress>

    /// Nobody listens for any address unless some are given.
    package init(watched: Set<IPAddress> = [], own: Set<IPAddress> = []) {
      self.watched = watched
      self.own = own
    }

    package var isEmpty: Bool { watched.isEmpty && own.isEmpty }
  }

  private let addresses: Guarded<Addresses>

  package init(_ watched: Set<IPAddress> = [], own: Set<IPAddress> = []) {
    addresses = Guarded(Addresses(watched: watched, own: own))
  }

  package var current: Addresses { addresses.withLock(\.self) }

  /// Takes other addresses; false when they are the same.
  package func change(to new: Addresses) -> Bool {
    addresses.withLock { addresses in
      defer { addresses = new }
      return addresses != new
    }
  }
}
