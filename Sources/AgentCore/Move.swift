/// A move of an address from one host to another, as it was seen from this one.
public struct Move: Sendable, Hashable {
  /// Who holds an address, where nobody was seen to.
  public static let unseen = "unknown"

  /// This host, where it has no hardware address of its own.
  public static let thisHost = "this host"

  /// When the new holder was first seen, or the old one seen to go.
  public var at: HostTime
  /// The address that moved.
  public var address: String
  /// The hardware address of the host that held it before, several joined by a comma; `unknown` where nobody was seen.
  public var from: String
  /// The same of the host that holds it since.
  public var to: String
  /// How long nobody was seen to hold it, at most: from the last sight of the old holder to the first of the new one.
  /// Nil where one of the two is not known.
  public var gap: Duration?

  /// Makes a move.
  public init(at: HostTime, address: String, from: String, to: String, gap: Duration?) {
    self.at = at
    self.address = address
    self.from = from
    self.to = to
    self.gap = gap
  }
}
