/// An address that came to this host or went from it.
public struct AddressEvent: Sendable, Hashable {
  /// What happened.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The host got it.
    case added
    /// The host lost it.
    case removed
  }

  /// The address.
  public var address: IPAddress
  /// What happened.
  public var kind: Kind

  /// Makes an event.
  public init(address: IPAddress, kind: Kind) {
    self.address = address
    self.kind = kind
  }
}
