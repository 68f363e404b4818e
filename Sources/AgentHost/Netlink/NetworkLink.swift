package import AgentText

/// A network interface of the agent's network namespace, as the kernel describes it (rtnetlink(7), RTM_GETLINK).
package struct NetworkLink: Sendable, Equatable {
  /// The interface's flags (netdevice(7), linux/if.h).
  package struct Flags: OptionSet, Sendable, Hashable {
    /// The kernel's number.
    package let rawValue: UInt32

    /// Makes flags from the kernel's number.
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Switched on by the administrator (IFF_UP).
    package static let up = Flags(rawValue: 0x1)
    /// The loopback interface (IFF_LOOPBACK).
    package static let loopback = Flags(rawValue: 0x8)
    /// Two ends without neighbours: tunnels, PPP (IFF_POINTOPOINT).
    package static let pointToPoint = Flags(rawValue: 0x10)
    /// Operational by RFC 2863 (IFF_RUNNING).
    package static let running = Flags(rawValue: 0x40)
    /// Resolves no addresses (IFF_NOARP).
    package static let noARP = Flags(rawValue: 0x80)
    /// Set promiscuous by hand (IFF_PROMISC); see ``NetworkLink/isPromiscuous``.
    package static let promiscuous = Flags(rawValue: 0x100)
    /// There is a carrier (IFF_LOWER_UP).
    package static let lowerUp = Flags(rawValue: 0x1_0000)
  }

  /// What went wrong on the interface since it was made.
  package struct Counters: Sendable, Equatable {
    /// Frames received with errors.
    package var receiveErrors: UInt64 = 0
    /// Frames that could not be sent.
    package var transmitErrors: UInt64 = 0
    /// Received frames that the host had no room for, or no use.
    package var receiveDropped: UInt64 = 0
    /// Frames dropped before they were sent.
    package var transmitDropped: UInt64 = 0
    /// Frames with a wrong checksum: cable, plug or switch port.
    package var receiveCRCErrors: UInt64 = 0
    /// How often the carrier came or went.
    package var carrierChanges: UInt64 = 0

    /// Makes counters of nothing.
    package init() {}
  }

  /// The kernel's number of the interface; never used again after the interface is gone.
  package var index: Int
  /// Its name; may change.
  package var name: String
  /// The kind of virtual interface: `veth`, `bridge`, `bond`, `vlan`, `dummy` (also kube-ipvs0), `wireguard`; nil for
  /// hardware and loopback.
  package var kind: String?
  /// The kind of hardware by its number (linux/if_arp.h): 1 Ethernet and Wi-Fi, 772 loopback, 65534 none.
  package var hardwareType: UInt16
  /// Its flags.
  package var flags: Flags
  /// Its hardware address; nil where that has not 48 bits.
  package var hardwareAddress: HardwareAddress?
  /// The largest packet in bytes; 0 when the kernel does not say.
  package var mtu: Int
  /// The bridge, bond or VRF that it is a port of.
  package var master: String?
  /// The interface that it lies on, as a VLAN or macvlan does; nil for others, and for one of another namespace.
  package var lower: String?
  /// The address that a tunnel (`vxlan`, `ipip`, `sit`, `ip6tnl`) sends from; nil for others, and where routing decides.
  package var tunnelSource: IPAddress?
  /// How many users ask it to receive all frames: packet captures, bridges; more than the flag shows.
  package var promiscuity: Int
  /// What went wrong on it.
  package var counters: Counters
  /// Megabits per second (/sys/class/net/NAME/speed); nil where unknown and for virtual interfaces other than bonds.
  package var speed: Int?
  /// Whether it is Wi-Fi (/sys/class/net/NAME/phy80211).
  package var isWireless: Bool

  /// Makes an Ethernet interface that is up.
  package init(index: Int, name: String) {
    self.index = index
    self.name = name
    hardwareType = Self.ethernet
    flags = [.up, .running, .lowerUp]
    mtu = 1500
    promiscuity = 0
    counters = Counters()
    isWireless = false
  }

  /// The hardware type of Ethernet and Wi-Fi (ARPHRD_ETHER).
  package static let ethernet: UInt16 = 1

  /// Whether it receives frames for other stations too.
  package var isPromiscuous: Bool { promiscuity > 0 || flags.contains(.promiscuous) }
  /// Whether it is switched on and has a carrier.
  package var isWorking: Bool { flags.isSuperset(of: [.up, .lowerUp]) }
}
