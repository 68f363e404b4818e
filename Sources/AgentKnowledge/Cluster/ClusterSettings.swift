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
