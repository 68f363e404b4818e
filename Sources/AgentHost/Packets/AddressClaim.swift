import AgentText

/// What one packet says: this address is at that hardware address.
struct AddressClaim: Equatable {
  /// Why it was said.
  enum Occasion: Equatable {
    /// To answer a question of this address; nil when the packet does not repeat who asked.
    case reply(to: IPAddress?)
    /// Unasked, to all.
    case announcement
  }

  var address: IPAddress
  var hardwareAddress: HardwareAddress
  var occasion: Occasion
}
