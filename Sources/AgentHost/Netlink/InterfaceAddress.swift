package import AgentText

/// An address of this host (rtnetlink(7), RTM_GETADDR).
package struct InterfaceAddress: Sendable, Equatable {
  /// Where an address is valid (rtnetlink(7), `rtm_scope`).
  package enum Scope: String, Sendable, Hashable, CaseIterable, SettingsScalar {
    /// Everywhere.
    case global
    /// In the site, by old IPv6.
    case site
    /// On the link.
    case link
    /// On this host.
    case host
    /// Nowhere.
    case nowhere

    /// The scope of the kernel's number; nil for one that has no name.
    init?(number: UInt8) {
      switch number {
      case 0: self = .global
      case 200: self = .site
      case 253: self = .link
      case 254: self = .host
      case 255: self = .nowhere
      default: return nil
      }
    }
  }

  /// The flags of an address (linux/if_addr.h).
  package struct Flags: OptionSet, Sendable, Hashable {
    /// The kernel's number.
    package let rawValue: UInt32

    /// Makes flags from the kernel's number.
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// IPv4: not the first of its network on the interface. IPv6: a temporary address of the privacy extensions.
    package static let secondary = Flags(rawValue: 0x01)
    /// IPv6: another host has it too (duplicate address detection failed).
    package static let duplicate = Flags(rawValue: 0x08)
    /// No longer used for new connections.
    package static let deprecated = Flags(rawValue: 0x20)
    /// IPv6: not usable yet, because duplicate address detection goes on.
    package static let tentative = Flags(rawValue: 0x40)
    /// Without a lifetime: set by hand or by a program, not by DHCP or router advertisement.
    package static let permanent = Flags(rawValue: 0x80)
  }

  /// The address.
  package var address: IPAddress
  /// The number of network bits.
  package var prefixLength: Int
  /// The interface's name.
  package var interface: String
  /// The interface's number.
  package var interfaceIndex: Int
  /// Where it is valid; nil for a number that has no name.
  package var scope: Scope?
  /// Its flags.
  package var flags: Flags
  /// When it was set: the time since boot, suspended time left out; nil when the kernel does not tell.
  package var created: Duration?

  /// Makes an address.
  package init(
    address: IPAddress, prefixLength: Int, interface: String, interfaceIndex: Int, scope: Scope? = .global,
    flags: Flags = .permanent, created: Duration? = nil
  ) {
    self.address = address
    self.prefixLength = prefixLength
    self.interface = interface
    self.interfaceIndex = interfaceIndex
    self.scope = scope
    self.flags = flags
    self.created = created
  }

  /// The network that the address lies in.
  package var network: IPNetwork? { IPNetwork(containing: address, prefixLength: prefixLength) }
  /// Whether it can be sent from: neither tentative nor a duplicate.
  package var isUsable: Bool { flags.isDisjoint(with: [.tentative, .duplicate]) }
}
