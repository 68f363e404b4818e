package import AgentText

/// What the host knows of a neighbour on a link (arp(7), rtnetlink(7), RTM_GETNEIGH).
package struct NetworkNeighbour: Sendable, Equatable {
  /// How sure the kernel is (rtnetlink(7), `ndm_state`).
  package enum State: String, Sendable, Hashable, CaseIterable, SettingsScalar {
    /// Asked for, no answer yet.
    case incomplete
    /// Confirmed a short time ago.
    case reachable
    /// Known, confirmed long ago.
    case stale
    /// Used again; will be asked soon.
    case delay
    /// Being asked.
    case probe
    /// Did not answer.
    case failed
    /// Set by hand.
    case permanent

    /// The state of the kernel's number; nil for fixed mappings of multicast addresses (NUD_NOARP) and for new entries.
    init?(number: UInt16) {
      switch number {
      case 0x01: self = .incomplete
      case 0x02: self = .reachable
      case 0x04: self = .stale
      case 0x08: self = .delay
      case 0x10: self = .probe
      case 0x20: self = .failed
      case 0x80: self = .permanent
      default: return nil
      }
    }
  }

  /// The neighbour's address.
  package var address: IPAddress
  /// Its hardware address; nil while it is unknown, or has not 48 bits.
  package var hardwareAddress: HardwareAddress?
  /// The interface's name.
  package var interface: String
  /// How sure the kernel is.
  package var state: State

  /// Makes a neighbour.
  package init(address: IPAddress, hardwareAddress: HardwareAddress?, interface: String, state: State) {
    self.address = address
    self.hardwareAddress = hardwareAddress
    self.interface = interface
    self.state = state
  }
}
