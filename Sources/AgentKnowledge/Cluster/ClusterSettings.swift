package import AgentText

/// The `cluster` section: what the agents of one cluster cannot find out by themselves, or shall not guess.
///
/// Everything may be absent. What is absent is detected by the plugins on their host, or not watched.
package struct ClusterSettings: SettingsSection, Sendable, Hashable {
  /// The way to the API servers.
  package let controlPlane: ControlPlaneSettings
  /// The addresses of Services of type LoadBalancer.
  package let serviceAddresses: ServiceAddressSettings
  /// The storage that the cluster depends on.
  package let storage: StorageSettings
  /// The way in from the Internet.
  package let tunnel: TunnelSettings

  /// Reads `controlPlane`, `serviceAddresses`, `storage` and `tunnel`, and reports what they contradict each other in.
  package init(from reader: SettingsReader) {
    controlPlane = reader.section("controlPlane")
    serviceAddresses = reader.section("serviceAddresses")
    storage = reader.section("storage")
    tunnel = reader.section("tunnel")
    Self.keepPoolsOff(controlPlane.endpoint, reader)
  }

  /// The load balancer of Services must never hand out the address of the API server.
  private static func keepPoolsOff(_ endpoint: Endpoint?, _ reader: SettingsReader) {
    guard let address = endpoint?.host.address else { return }
    let pools: [LocatedSetting<AddressRange>] = reader.node["serviceAddresses"]["pools"].located()
    for pool in pools where pool.value.contains(address) {
      let wrong = "'\(pool.value)' contains the control-plane endpoint \(address)"
      reader.reject(pool.node, wrong, allowed: "ranges without that address")
    }
  }
}

/// The `cluster.controlPlane` section: how the API servers are reached.
package struct ControlPlaneSettings: SettingsSection, Sendable, Hashable {
  /// The shared address of the API servers, kubeadm's control-plane endpoint; nil: detected on the host.
  package let endpoint: Endpoint?
  /// A kubeconfig with a read-only identity for the probes; nil: they are anonymous.
  package let kubeconfig: AbsolutePath?
  /// What moves the endpoint's address from host to host.
  package let manager: ControlPlaneManager
  /// Each API server directly; empty: detected on the host.
  package let members: [Endpoint]

  /// Reads `endpoint`, `kubeconfig`, `manager` and `members`.
  package init(from reader: SettingsReader) {
    endpoint = reader.optional("endpoint")
    kubeconfig = reader.optional("kubeconfig")
    manager = reader.value("manager", default: .auto)
    members = reader.distinctList("members")
    reader.requireUnicast("endpoint", endpoint?.host.address)
    reader.requireUnicast(itemsOf: "members") { (member: Endpoint) in member.host.address }
    Self.refuseAdministrator(kubeconfig, reader)
  }

  /// kubeadm's administrators may do everything: the agent needs to read one health page.
  private static func refuseAdministrator(_ kubeconfig: AbsolutePath?, _ reader: SettingsReader) {
    guard let kubeconfig, ["admin.conf", "super-admin.conf"].contains(kubeconfig.lastComponent) else { return }
    reader.reject(
      "kubeconfig", "'\(PlainText.short("\(kubeconfig)"))' gives the agent every right on the cluster",
      allowed: "the kubeconfig of an identity that may only read, or none: probes are anonymous then")
  }
}

/// What moves the control plane's virtual address from host to host.
package enum ControlPlaneManager: String, Sendable, Hashable, CaseIterable, SettingsScalar {
  /// Whichever the host shows: a kube-vip manifest, a Keepalived configuration, or neither.
  case auto
  /// Keepalived, by VRRP.
  case keepalived
  /// kube-vip, by ARP and leader election.
  case kubeVIP = "kube-vip"
  /// Nothing: the endpoint is a host of its own, or a name with several addresses.
  case unmanaged = "none"
}

/// The `cluster.storage` section: the storage that the cluster depends on.
package struct StorageSettings: SettingsSection, Sendable, Hashable {
  /// NFS exports that are watched even while this host has none of them mounted.
  package let nfs: [NFSSource]

  /// Reads `nfs`.
  package init(from reader: SettingsReader) {
    nfs = reader.sections("nfs")
    let items = reader.node["nfs"].items
    guard items.count == nfs.count else { return }
    reader.rejectRepeated(zip(items, nfs).map { LocatedSetting(node: $0, value: $1) })
  }
}
