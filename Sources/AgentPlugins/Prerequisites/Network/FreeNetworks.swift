import AgentText

/// Private networks that a new cluster may take: Flannel's and kubeadm's defaults first, then others.
enum FreeNetworks {
  private static let pods = ["10.244.0.0/16", "172.30.0.0/16", "10.42.0.0/16", "fd00:10:244::/56", "fd00:10:245::/56"]
  private static let services = [
    "10.96.0.0/12", "172.29.0.0/16", "10.43.0.0/16", "fd00:10:96::/112", "fd00:10:97::/112",
  ]

  static func candidates(_ family: IPAddress.Family, isPods: Bool) -> [IPNetwork] {
    (isPods ? pods : services).compactMap { IPNetwork(cidr: $0) }.filter { $0.address.family == family }
  }
}
