package import AgentCore

extension KubeletFacts {
  /// Why what a kubelet needs does not matter here; nil where one runs, or where one is about to.
  package func irrelevance(roles: Set<Role>) -> String? {
    guard roles.isDisjoint(with: [.controlPlane, .worker, .candidate]), !isPresent else { return nil }
    let names = roles.sorted().map(\.rawValue).joined(separator: ", ")
    return "no kubelet runs or is to run on this host (roles: \(names))"
  }
}
