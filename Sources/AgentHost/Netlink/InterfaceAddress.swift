/// An address of this host (rtnetlink(7), RTM_GETADDR).
public struct InterfaceAddress: Sendable, Equatable {
  /// Where an address is valid (rtnetlink(7), `rtm_scope`).
  public enum Scope: String, Sendable, Hashable, CaseIterable, SettingsScalar {
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
  public struct Flags: OptionSet, Sendable, Hashable {
    /// The kernel's number.
    public let rawValue: UInt32

    /// Makes flags from the kernel's number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// IPv4: not the first of its network on the interface. IPv6: a temporary address of the privacy extensions.
    public static let secondary = Flags(rawValue: 0x01)
    /// IPv6: another host has it too (duplicate address detection failed).
    public static let duplicate = Flags(rawValue: 0x08)
    /// No longer used for new connections.
    public static let deprecated = Flags(rawValue: 0x20)
    /// IPv6: not usable yet, because duplicate address detection goes on.
    public static let tentative = Flags(rawValue: 0x40)
    /// Without a lifetime: set by hand or by a program, not by DHCP or router advertisement.
    public static let permanent = Flags(rawValue: 0x80)
  }

  /// The address.
  public var address: IPAddress
  /// The number of network bits.
  public var prefixLength: Int
  /// The interface's name.
  public var interface: String
  /// The interface's number.
  public var interfaceIndex: Int
  /// Where it is valid; nil for a number that has no name.
  public var scope: Scope?
  /// Its flags.
  public var flags: Flags
  /// When it was set: the time since boot, suspended time left out; nil when the kernel does not tell.
  public var created: Duration?

  /// Makes an address.
  public init(
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
  public var network: IPNetwork? { IPNetwork(containing: address, prefixLength: prefixLength) }
  /// Whether it can be sent from: neither tentative nor a duplicate.
  public var isUsable: Bool { flags.isDisjoint(with: [.tentative, .duplicate]) }
}
