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

/// What only /sys/class/net tells of an interface.
package enum LinkFiles {
  private static let directory = "/sys/class/net"

  /// Adds speed and Wi-Fi to the interfaces of a table; what cannot be read stays unknown.
  package static func complete(_ table: NetworkTable, _ files: HostFiles) -> NetworkTable {
    var table = table
    // Of virtual interfaces only a bond has a speed that says something; a node has hundreds of veth.
    for index in table.links.indices where [nil, "bond"].contains(table.links[index].kind) {
      let path = "\(directory)/\(table.links[index].name)"
      table.links[index].speed = speed("\(path)/speed", files)
      // The second is there too where the driver still has the wireless extensions.
      table.links[index].isWireless = ["phy80211", "wireless"].contains { name in
        ((try? files.kind("\(path)/\(name)")) ?? nil) != nil
      }
    }
    return table
  }

  /// Megabits per second; the kernel says -1 or refuses (EINVAL) where it does not know, as without a carrier. Old
  /// drivers say the same -1 without its sign, in 16 or 32 bits.
  private static func speed(_ path: String, _ files: HostFiles) -> Int? {
    let text = (try? files.textIfPresent(path, limit: .kernel)) ?? nil
    let number = text.flatMap { Int($0.prefix { !$0.isNewline }) }
    return number.flatMap { $0 > 0 && $0 != Int(UInt16.max) && $0 < Int(UInt32.max) ? $0 : nil }
  }
}
