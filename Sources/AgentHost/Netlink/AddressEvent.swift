package import AgentText

/// An address that came to this host or went from it.
package struct AddressEvent: Sendable, Hashable {
  /// What happened.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The host got it.
    case added
    /// The host lost it.
    case removed
  }

  /// The address.
  package var address: IPAddress
  /// What happened.
  package var kind: Kind

  /// Makes an event.
  package init(address: IPAddress, kind: Kind) {
    self.address = address
    self.kind = kind
  }
}
