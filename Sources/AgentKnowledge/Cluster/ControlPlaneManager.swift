import AgentText

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
