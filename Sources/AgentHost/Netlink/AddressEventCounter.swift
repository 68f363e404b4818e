package import AgentCore
package import AgentText

/// What was last told of the network, to tell news from repetition: the kernel repeats an address when its lifetime is
/// renewed, and an interface when Wi-Fi scans.
struct AddressEventCounter {
  private struct Holding: Hashable {
    var address: IPAddress
    var interfaceIndex: Int
    var prefixLength: Int
  }

  /// How often watched addresses came and went.
  private(set) var counts: [AddressEvent: Int] = [:]
  /// When each of them was last counted.
  private(set) var times: [AddressEvent: HostTime] = [:]
  /// Counted since the last stamp.
  private var unstamped: Set<AddressEvent> = []
  private var links: [Int: LinkMessage] = [:]
  /// Nil until the first whole reading: before it, nothing is known to be new.
  private var holdings: [Holding: InterfaceAddress.Flags]?
  private var neighbours: [IPAddress: HardwareAddress] = [:]
  /// By how many.
  private var watched: [IPAddress: Int] = [:]

  /// Counts these addresses from now on, and follows their hardware addresses.
  mutating func watch(_ addresses: Set<IPAddress>) {
    for address in addresses { watched[address, default: 0] += 1 }
  }

  /// Ends one watch; what was counted stays.
  mutating func unwatch(_ addresses: Set<IPAddress>) {
    for address in addresses { watched[address] = watched[address].flatMap { $0 > 1 ? $0 - 1 : nil } }
  }

  /// Says when the news came that was entered since the last time.
  mutating func stamp(_ time: HostTime) {
    guard !unstamped.isEmpty else { return }
    for event in unstamped { times[event] = time }
    unstamped = []
  }

  /// Enters a message; true when it is news.
  mutating func take(_ message: RouteMessage) -> Bool {
    switch message {
    case .link(let message, let isRemoved): take(link: message, isRemoved)
    case .address(let message, let isRemoved): take(address: message, isRemoved)
    case .neighbour(let message, let isRemoved): take(neighbour: message, isRemoved)
    }
  }

  /// Enters what a whole reading shows: after the first one, what is new or missing was lost, and counts.
  mutating func reconcile(with table: NetworkTable) {
    let entries = table.addresses.map { address in
      let holding = Holding(
        address: address.address, interfaceIndex: address.interfaceIndex, prefixLength: address.prefixLength)
      return (holding, address.flags)
    }
    let present = Dictionary(entries) { first, _ in first }
    if let holdings {
      for holding in present.keys where holdings[holding] == nil { count(holding.address, .added) }
      for holding in holdings.keys where present[holding] == nil { count(holding.address, .removed) }
    }
    holdings = present
    // Their next messages are taken for news.
    links = [:]
    neighbours = [:]
  }

  private mutating func take(link message: LinkMessage, _ isRemoved: Bool) -> Bool {
    var steady = message
    steady.link.counters = NetworkLink.Counters()
    let before = links[message.link.index]
    links[message.link.index] = isRemoved ? nil : steady
    return isRemoved || before != steady
  }

  private mutating func take(address message: AddressMessage, _ isRemoved: Bool) -> Bool {
    let holding = Holding(
      address: message.address, interfaceIndex: message.interfaceIndex, prefixLength: message.prefixLength)
    let flags = InterfaceAddress.Flags(rawValue: message.flags)
    guard let before = holdings.map({ $0[holding] }) else { return true }
    holdings?[holding] = isRemoved ? nil : flags
    if before == nil, !isRemoved { count(message.address, .added) }
    if before != nil, isRemoved { count(message.address, .removed) }
    return isRemoved ? before != nil : before != flags
  }

  private mutating func take(neighbour message: NeighbourMessage, _ isRemoved: Bool) -> Bool {
    guard watched[message.address] != nil else { return false }
    let before = neighbours[message.address]
    // Forgetting an entry says nothing of the neighbour.
    guard !isRemoved, before != message.hardwareAddress else { return false }
    neighbours[message.address] = message.hardwareAddress
    return true
  }

  private mutating func count(_ address: IPAddress, _ kind: AddressEvent.Kind) {
    guard watched[address] != nil else { return }
    let event = AddressEvent(address: address, kind: kind)
    counts[event, default: 0] += 1
    unstamped.insert(event)
  }
}

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

/// How the listening to the kernel goes.
package struct NetworkCounters: Sendable, Equatable {
  /// How often watched addresses came to this host and went from it; after an overrun at least as often as shown.
  package var addressEvents: [AddressEvent: Int] = [:]
  /// When each of them was told of last.
  package var lastEvents: [AddressEvent: HostTime] = [:]
  /// When this was counted; nil on a recorded host.
  package var time: HostTime?
  /// How often the kernel dropped messages because the buffer was full.
  package var overruns = 0
  /// How often everything was read again because of that.
  package var rereads = 0
  /// How often a table changed while it was read, and the reading was thrown away.
  package var interruptions = 0
  /// Why nothing is received; nil while it is, or nobody watches.
  package var problem: NetworkError?

  /// Makes counters of nothing.
  package init() {}
}
