package import AgentText

extension NetworkTable {
  /// The interfaces on whose network an address is, so that it is reached without a router; those that hold the address
  /// itself are among them. Loopback is not.
  package func directLinks(to address: IPAddress) -> [NetworkLink] {
    let names = addresses.filter { held in
      held.address == address
        || held.prefixLength > 0
          && IPNetwork(containing: held.address, prefixLength: held.prefixLength)?.contains(address) == true
    }.map(\.interface)
    return links.filter { names.contains($0.name) && !$0.flags.contains(.loopback) }
  }
}
