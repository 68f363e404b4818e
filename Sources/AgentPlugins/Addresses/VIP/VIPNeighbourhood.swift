import AgentHost

/// Which hosts stand behind the hardware addresses that answer for an address.
struct VIPNeighbourhood {
  /// One host.
  struct Station: Equatable {
    var hardwareAddresses: [HardwareAddress]
    /// The addresses that it is known by; empty for a stranger.
    var addresses: [IPAddress]

    /// Its hardware addresses, and the address that it is known by.
    var text: String {
      let hardware = hardwareAddresses.map { "\($0)" }.joined(separator: ", ")
      return hardware + (addresses.first.map { " (\($0))" } ?? "")
    }
  }

  /// The hosts, in the order of their first hardware addresses. Two hardware addresses that are known for one IP address
  /// are two interfaces of one host.
  static func stations(
    of claimants: [HardwareAddress], asking address: IPAddress, in table: NetworkTable?
  ) -> [Station] {
    var stations: [Station] = []
    for claimant in claimants {
      let known = (table?.neighbours ?? []).filter { $0.hardwareAddress == claimant && $0.address != address }
        .map(\.address).sorted()
      if let index = stations.firstIndex(where: { !Set($0.addresses).isDisjoint(with: known) }) {
        stations[index].hardwareAddresses.append(claimant)
        stations[index].addresses = Set(stations[index].addresses + known).sorted()
      } else {
        stations.append(Station(hardwareAddresses: [claimant], addresses: known))
      }
    }
    return stations
  }
}
