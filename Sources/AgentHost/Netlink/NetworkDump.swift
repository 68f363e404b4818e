import CNetlink

/// Reads the kernel's tables, each whole.
enum NetworkDump {
  /// How often a table is read that changes meanwhile.
  static let attempts = 5

  /// The tables of the calling thread's network namespace, without what /sys tells.
  ///
  /// Addresses and neighbours of an interface that came or went meanwhile are left out: its own message is a trigger.
  ///
  /// - Parameter onInterruption: called each time that a table changed while it was read.
  static func read(onInterruption: () -> Void) throws(NetworkError) -> NetworkTable {
    var links: [LinkMessage] = []
    try dump(RTM_GETLINK) { message in
      if case .link(let link, isRemoved: false) = message { links.append(link) }
    } again: {
      onInterruption()
      links = []
    }
    let names = Dictionary(links.map { ($0.link.index, $0.link.name) }) { _, last in last }
    var table = NetworkTable(links: links.map { $0.named(by: names) }.sorted { $0.index < $1.index })
    try dump(RTM_GETADDR) { message in
      if case .address(let address, isRemoved: false) = message, let name = names[address.interfaceIndex] {
        table.addresses.append(InterfaceAddress(address, interface: name))
      }
    } again: {
      onInterruption()
      table.addresses = []
    }
    try dump(RTM_GETNEIGH) { message in
      if case .neighbour(let neighbour, isRemoved: false) = message, let name = names[neighbour.interfaceIndex],
        let entry = NetworkNeighbour(neighbour, interface: name)
      {
        table.neighbours.append(entry)
      }
    } again: {
      onInterruption()
      table.neighbours = []
    }
    return table
  }

  private static func dump(
    _ type: Int, take: (RouteMessage) -> Void, again: () -> Void
  ) throws(NetworkError) {
    try insist({ () throws(NetworkError) in try NetlinkSocket().dump(type, take: take) }, again: again)
  }

  /// Tries a reading until the table holds still, ``attempts`` times at most; other failures are not tried again.
  ///
  /// - Parameter again: called after every reading that was interrupted.
  static func insist(_ reading: () throws(NetworkError) -> Void, again: () -> Void) throws(NetworkError) {
    for _ in 0..<attempts {
      do throws(NetworkError) {
        return try reading()
      } catch {
        guard error == .changing else { throw error }
        again()
      }
    }
    throw NetworkError.changing
  }
}

extension LinkMessage {
  /// The interface with the names of its master and of the one below.
  fileprivate func named(by names: [Int: String]) -> NetworkLink {
    var link = link
    link.master = masterIndex.flatMap { names[$0] }
    link.lower = lowerIndex.flatMap { names[$0] }
    return link
  }
}

extension InterfaceAddress {
  fileprivate init(_ message: AddressMessage, interface: String) {
    self.init(
      address: message.address, prefixLength: message.prefixLength, interface: interface,
      interfaceIndex: message.interfaceIndex, scope: Scope(number: message.scope),
      flags: Flags(rawValue: message.flags),
      created: message.created.map { .milliseconds(Int64($0) * 10) })
  }
}

extension NetworkNeighbour {
  fileprivate init?(_ message: NeighbourMessage, interface: String) {
    guard let state = State(number: message.state) else { return nil }
    self.init(
      address: message.address, hardwareAddress: message.hardwareAddress, interface: interface, state: state)
  }
}
