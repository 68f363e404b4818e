import AgentText

/// An interface as a message tells it (linux/if_link.h; linux/rtnetlink.h: struct ifinfomsg).
struct LinkMessage: Equatable {
  /// Everything but the names of other interfaces, the speed, and whether it is Wi-Fi.
  var link: NetworkLink
  /// The number of the interface that it is a port of.
  var masterIndex: Int?
  /// The number of the interface that it lies on.
  var lowerIndex: Int?

  private enum Attribute {
    static let hardwareAddress: UInt16 = 1, name: UInt16 = 3, mtu: UInt16 = 4, lower: UInt16 = 5, master: UInt16 = 10
    static let info: UInt16 = 18, statistics: UInt16 = 23, promiscuity: UInt16 = 30, carrierChanges: UInt16 = 35
    static let lowerNamespace: UInt16 = 37
    /// In `info`.
    static let kind: UInt16 = 1, data: UInt16 = 2
    /// In `data` of a VXLAN (linux/if_link.h: IFLA_VXLAN_LOCAL, IFLA_VXLAN_LOCAL6).
    static let vxlanLocal: UInt16 = 4, vxlanLocal6: UInt16 = 17
    /// In `data` of the tunnels without a key (linux/if_tunnel.h: IFLA_IPTUN_LOCAL).
    static let tunnelLocal: UInt16 = 2
  }

  /// Of others the number below is that of a peer (veth) or of what their packets leave through.
  private static let kindsWithLower: Set<String> = ["vlan", "macvlan", "macvtap", "ipvlan", "macsec"]

  init?(_ payload: UnsafeRawBufferPointer) {
    // Messages of family AF_BRIDGE tell of a bridge's port, and come beside those of the interface itself.
    guard payload.count >= 16, payload[0] == 0, let type = payload.integer(UInt16.self, at: 2),
      let index = payload.integer(Int32.self, at: 4), let flags = payload.integer(UInt32.self, at: 8)
    else { return nil }
    link = NetworkLink(index: Int(index), name: "")
    link.hardwareType = type
    link.flags = NetworkLink.Flags(rawValue: flags)
    link.mtu = 0
    var isElsewhere = false
    for (type, value) in NetlinkAttributes(payload, after: 16) {
      isElsewhere = isElsewhere || type == Attribute.lowerNamespace
      take(type, value)
    }
    if isElsewhere || link.kind.map(Self.kindsWithLower.contains) != true { lowerIndex = nil }
    guard !link.name.isEmpty else { return nil }
  }

  private mutating func take(_ type: UInt16, _ value: UnsafeRawBufferPointer) {
    switch type {
    case Attribute.name: link.name = value.netlinkText
    case Attribute.hardwareAddress: link.hardwareAddress = HardwareAddress(bytes: value)
    case Attribute.mtu: link.mtu = value.integer(UInt32.self).map(Int.init) ?? 0
    case Attribute.master: masterIndex = value.integer(UInt32.self).map(Int.init)
    case Attribute.promiscuity: link.promiscuity = value.integer(UInt32.self).map(Int.init) ?? 0
    case Attribute.carrierChanges: link.counters.carrierChanges = value.integer(UInt32.self).map(UInt64.init) ?? 0
    case Attribute.statistics: takeStatistics(value)
    case Attribute.lower: lowerIndex = value.integer(UInt32.self).map(Int.init)
    case Attribute.info: takeInfo(value)
    default: break
    }
  }

  private mutating func takeInfo(_ value: UnsafeRawBufferPointer) {
    let parts = NetlinkAttributes(value)
    link.kind = parts.first { $0.type == Attribute.kind }?.value.netlinkText
    guard let data = parts.first(where: { $0.type == Attribute.data })?.value else { return }
    let places: Set<UInt16>
    switch link.kind {
    case "vxlan": places = [Attribute.vxlanLocal, Attribute.vxlanLocal6]
    case "ipip", "sit", "ip6tnl": places = [Attribute.tunnelLocal]
    default: return
    }
    // All zero stands for the address that routing chooses for each packet.
    link.tunnelSource = NetlinkAttributes(data).lazy.filter { places.contains($0.type) }
      .compactMap { IPAddress(bytes: $0.value) }.first { $0.isUnicast }
  }

  /// struct rtnl_link_stats64: numbers of 64 bits, each at a fixed place.
  private mutating func takeStatistics(_ value: UnsafeRawBufferPointer) {
    let number = { (place: Int) in value.integer(UInt64.self, at: place * 8) ?? 0 }
    link.counters.receiveErrors = number(4)
    link.counters.transmitErrors = number(5)
    link.counters.receiveDropped = number(6)
    link.counters.transmitDropped = number(7)
    link.counters.receiveCRCErrors = number(12)
  }
}
