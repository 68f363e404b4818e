package import AgentText

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
