/// The part of the node that a plugin watches, in the order of reports.
package enum Area: String, Sendable, Hashable, CaseIterable {
  /// What a node must be before and after it joins.
  case prerequisites
  /// The container runtime, the kubelet and their units.
  case runtime
  /// The control-plane VIP, service addresses and links.
  case addresses
  /// NFS mounts and local disks.
  case storage
  /// API servers, balancers, etcd and certificates.
  case controlPlane = "control-plane"
  /// Ingress and tunnel.
  case exposure
  /// The agent itself.
  case agent = "self"
}
