/// What users lose when something breaks.
package enum Plane: String, Sendable, Hashable, CaseIterable {
  /// kubectl and the cluster's self-healing.
  case administration
  /// Pods on this node start and run.
  case workloads
  /// Applications are reached from the local network.
  case lanAccess = "lan_access"
  /// Applications are reached from the Internet.
  case internetAccess = "internet_access"
  /// Pods with a persistent volume read and write.
  case storage

  /// The plane's name in a sentence.
  package var title: String {
    switch self {
    case .administration: "administration"
    case .workloads: "workloads"
    case .lanAccess: "LAN access"
    case .internetAccess: "Internet access"
    case .storage: "storage"
    }
  }
}

/// What a node's root findings mean for one plane.
package enum Impact: String, Sendable, Hashable, CaseIterable {
  /// Looked, and nothing is lost.
  case ok
  /// It works, but something it needs is in danger.
  case atRisk = "at_risk"
  /// Users lost it.
  case lost
  /// Nothing on this node could tell.
  case unknown
}
