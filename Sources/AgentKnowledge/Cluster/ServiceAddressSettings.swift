package import AgentText

/// The `cluster.serviceAddresses` section: the addresses that Services of type LoadBalancer get, from MetalLB or alike.
package struct ServiceAddressSettings: SettingsSection, Sendable, Hashable {
  /// The ranges that addresses are given from; they do not overlap.
  package let pools: [AddressRange]
  /// Addresses that Services hold besides the ingress.
  package let inUse: [IPAddress]
  /// The ingress controller's Service; nil: not watched.
  package let ingress: IngressSettings?

  /// Every address that must be announced by some node: the ingress first, each one once.
  package var watched: [IPAddress] {
    guard let ingress else { return inUse }
    return [ingress.address] + inUse.filter { $0 != ingress.address }
  }

  /// Reads `pools`, `inUse` and `ingress`.
  package init(from reader: SettingsReader) {
    pools = reader.list("pools")
    inUse = reader.distinctList("inUse")
    ingress = reader.nested("ingress")
    reader.requireUnicast(itemsOf: "pools") { (pool: AddressRange) in pool.first }
    reader.requireUnicast(itemsOf: "inUse") { (address: IPAddress) in address }
    Self.keepApart(reader)
    Self.keepInside(reader)
  }

  /// An address in two pools would be given twice.
  private static func keepApart(_ reader: SettingsReader) {
    let pools: [LocatedSetting<AddressRange>] = reader.node["pools"].located()
    for (index, pool) in pools.enumerated() {
      guard let other = pools[..<index].first(where: { $0.value.overlaps(pool.value) }) else { continue }
      let wrong = "'\(pool.value)' overlaps '\(other.value)' of \(other.node.path)"
      reader.reject(pool.node, wrong, allowed: "pools that share no address")
    }
  }

  /// Where pools are given, no Service has an address from elsewhere. Pools with a mistake of their own end the matter.
  private static func keepInside(_ reader: SettingsReader) {
    let node = reader.node["pools"]
    let pools: [LocatedSetting<AddressRange>] = node.located()
    guard !pools.isEmpty, pools.count == node.items.count else { return }
    let inUse: [LocatedSetting<IPAddress>] = reader.node["inUse"].located()
    let ingress: LocatedSetting<IPAddress>? = reader.node["ingress"]["address"].located()
    let ranges = pools.map { "\($0.value)" }.joined(separator: ", ")
    for address in inUse + (ingress.map { [$0] } ?? []) {
      guard !pools.contains(where: { $0.value.contains(address.value) }) else { continue }
      reader.reject(address.node, "'\(address.value)' is in no pool", allowed: "an address of \(ranges)")
    }
  }
}

/// The `cluster.serviceAddresses.ingress` section: where applications are reached from outside the cluster.
package struct IngressSettings: SettingsDecodable, Sendable, Hashable {
  /// The address of the ingress controller's Service.
  package let address: IPAddress
  /// The TCP ports that must answer; at least one.
  package let ports: [PortNumber]
  /// The host names that are asked for on those ports; may be empty.
  package let hosts: [HostName]

  /// Reads `address`, which is required, `ports` (80 and 443 unless given) and `hosts`.
  package init?(from reader: SettingsReader) {
    let address: IPAddress? = reader.required("address")
    ports = reader.distinctList("ports", default: [.http, .https])
    hosts = reader.distinctList("hosts")
    reader.requireUnicast("address", address)
    if ports.isEmpty, reader.node["ports"].items.isEmpty {
      reader.reject("ports", "is an empty list", allowed: "at least one port, or no such key: 80 and 443 then")
    }
    guard let address else { return nil }
    self.address = address
  }
}
