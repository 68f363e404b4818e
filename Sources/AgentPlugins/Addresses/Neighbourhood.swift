import AgentHost
import AgentText

/// Which hosts stand behind hardware addresses, as far as this host knows: by its own interfaces, by its neighbour table,
/// and by the names that are known for its neighbours' addresses.
///
/// Names are for people: what is judged never depends on them.
struct Neighbourhood: Sendable, Equatable {
  /// One host.
  struct Station: Equatable {
    var hardwareAddresses: [HardwareAddress]
    /// The addresses that it is known by; empty for a stranger.
    var addresses: [IPAddress]
    /// Its name, where that is known.
    var name: String?

    /// `NAME (ADDRESS, HARDWARE ADDRESS)`, as far as it is known.
    var title: String {
      let known = [name] + addresses.prefix(1).map { "\($0)" } + hardwareAddresses.map { "\($0)" }
      let words = known.compactMap(\.self)
      guard words.count > hardwareAddresses.count, let first = words.first else { return words.joined(separator: ", ") }
      return "\(first) (\(words.dropFirst().joined(separator: ", ")))"
    }
  }

  /// The hardware addresses of this host.
  private var own: Set<HardwareAddress> = []
  /// The addresses of each hardware address, sorted.
  private var addresses: [HardwareAddress: [IPAddress]] = [:]
  /// The names of addresses, once they are read.
  var names = HostNames()

  /// Knows nobody.
  init() {}

  /// - Parameters:
  ///   - wanted: the hardware addresses that matter; nil for all.
  ///   - shared: the addresses that tell no host.
  init(_ table: NetworkTable, of wanted: Set<HardwareAddress>? = nil, shared: SharedAddresses) {
    own = table.ownHardwareAddresses
    var found: [HardwareAddress: Set<IPAddress>] = [:]
    for neighbour in table.neighbours where neighbour.state != .failed && !shared.contains(neighbour.address) {
      guard let hardware = neighbour.hardwareAddress, hardware.isIndividual, wanted?.contains(hardware) != false else {
        continue
      }
      found[hardware, default: []].insert(neighbour.address)
    }
    addresses = found.mapValues { $0.sorted() }
  }

  /// Every address that a name is of use for.
  var nameable: Set<IPAddress> { Set(addresses.values.joined()) }

  /// Whether it is known which host a hardware address belongs to.
  func knows(_ hardware: HardwareAddress) -> Bool { own.contains(hardware) || addresses[hardware] != nil }

  /// The host behind a hardware address, for a sentence.
  func title(of hardware: HardwareAddress) -> String { station(of: hardware).title }

  /// The hosts behind hardware addresses, in the order of their first ones. Two that are known for one address are two
  /// interfaces of one host.
  func stations(of hardware: [HardwareAddress]) -> [Station] {
    hardware.map(station).reduce(into: []) { stations, new in
      let same = stations.indices.filter { !Set(stations[$0].addresses).isDisjoint(with: new.addresses) }
      guard let first = same.first else { return stations.append(new) }
      for index in same.dropFirst().reversed() { stations[first].join(stations.remove(at: index)) }
      stations[first].join(new)
    }
  }

  private func station(of hardware: HardwareAddress) -> Station {
    let known = addresses[hardware] ?? []
    let name = own.contains(hardware) ? names.own : known.lazy.compactMap { names[$0] }.first
    return Station(hardwareAddresses: [hardware], addresses: known, name: name)
  }
}

extension Neighbourhood.Station {
  fileprivate mutating func join(_ other: Self) {
    hardwareAddresses += other.hardwareAddresses
    addresses = Set(addresses + other.addresses).sorted()
    name = name ?? other.name
  }
}
