/// Traffic that must reach this host.
struct FirewallNeed: Sendable, Equatable, CustomStringConvertible {
  var traffic: FirewallTraffic
  /// What it is for: `kubelet`.
  var purpose: String
  /// Whether Calico lets it in by rules of its own.
  var isLetInByFelix = false

  /// `10250/tcp (kubelet)`.
  var description: String { "\(traffic) (\(purpose))" }
}

/// All that must reach this host, and what could not be looked at.
struct FirewallNeeds: Sendable, Equatable {
  var list: [FirewallNeed] = []
  var problems: [FirewallProblem] = []
}
