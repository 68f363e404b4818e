/// What a host is for. A host can have several roles.
package enum Role: String, Sendable, Hashable, CaseIterable, Comparable {
  /// Runs the static pods of the control plane.
  case controlPlane = "control-plane"
  /// Runs a kubelet that has joined a cluster.
  case worker
  /// Runs Keepalived or HAProxy in front of the API servers.
  case loadBalancer = "load-balancer"
  /// Exports file systems.
  case storage
  /// A machine about to join: none of the others.
  case candidate

  /// The order of reports.
  package static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
