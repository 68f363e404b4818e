/// A move of an address from one host to another, as it was seen from this one.
package struct Move: Sendable, Hashable {
  /// Who holds an address, where nobody was seen to.
  package static let unseen = "unknown"

  /// This host, where it has no hardware address of its own.
  package static let thisHost = "this host"

  /// When the new holder was first seen, or the old one seen to go.
  package var at: HostTime
  /// The address that moved.
  package var address: String
  /// The hardware address of the host that held it before, several joined by a comma; `unknown` where nobody was seen.
  package var from: String
  /// The same of the host that holds it since.
  package var to: String
  /// How long nobody was seen to hold it, at most: from the last sight of the old holder to the first of the new one.
  /// Nil where one of the two is not known.
  package var gap: Duration?

  /// Makes a move.
  package init(at: HostTime, address: String, from: String, to: String, gap: Duration?) {
    self.at = at
    self.address = address
    self.from = from
    self.to = to
    self.gap = gap
  }
}
