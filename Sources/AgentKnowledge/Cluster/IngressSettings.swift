package import AgentText

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
