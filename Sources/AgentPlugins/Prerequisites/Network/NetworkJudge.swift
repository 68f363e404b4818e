import AgentCore
import AgentText

/// Whether the cluster's networks keep off each other and off the node's side.
///
/// What happens where they do not: a CNI plugin takes the node's side for pods, so packets from pods to it keep the pod's
/// address and their answers go astray, and the address management gives the node's addresses to pods, whose routes are
/// more specific than the link's (projectcalico/calico#1401; "Pod network must not overlap" in kubeadm's
/// documentation of creating a cluster).
struct NetworkJudge {
  /// How many overlaps a summary names; the evidence has all.
  private static let named = 3

  private let observation: NetworkObservation

  init(_ observation: NetworkObservation) { self.observation = observation }

  var verdicts: [Verdict] {
    let networks = observation.networks.map(\.network)
    let distinct = networks.indices.filter { !networks[..<$0].contains(networks[$0]) }.map { networks[$0] }
    return distinct.map(verdict) + [rest].compactMap(\.self)
  }

  private func verdict(_ network: IPNetwork) -> Verdict {
    let own = observation.networks.filter { $0.network == network }
    let title = own.contains { $0.use == .pods } ? ClusterNetwork.Use.pods.title : ClusterNetwork.Use.services.title
    let conflicts = conflicts(of: network, uses: own.map(\.use))
    if !conflicts.isEmpty { return failing(network, title, conflicts, own) }
    guard observation.unreadNeighbours.isEmpty else {
      let problems = observation.unreadNeighbours.joined(separator: "; ")
      return say(network, .unknown, "what \(title) must keep off cannot be seen: \(problems)", own)
    }
    return say(network, .ok, "\(network), \(title), keeps off the node's networks and addresses", own)
  }

  /// An overlap of pods and Services is the pods' finding alone.
  private func conflicts(of network: IPNetwork, uses: [ClusterNetwork.Use]) -> [Neighbour] {
    let around = observation.neighbours.filter { $0.overlaps(network) }
    guard uses.contains(.pods) else { return around }
    return around
      + observation.networks.filter { $0.use == .services && $0.network.overlaps(network) }.map {
        Neighbour(extent: .network($0.network), title: "\($0.use.title) \($0.network)", source: $0.source)
      }
  }

  private func failing(
    _ network: IPNetwork, _ title: String, _ conflicts: [Neighbour], _ own: [ClusterNetwork]
  ) -> Verdict {
    let more = conflicts.count - Self.named
    let names = conflicts.prefix(Self.named).map(\.title) + (more > 0 ? ["\(more) more"] : [])
    let list = (names.count > 1 ? names.dropLast().joined(separator: ", ") + " and " : "") + (names.last ?? "")
    let isPods = own.contains { $0.use == .pods }
    return say(
      network, .failing, "\(network), \(title), overlaps \(list): \(consequence(network, conflicts, isPods: isPods))",
      own, conflicts, remedy: remedy(network, isPods: isPods))
  }

  private func consequence(_ network: IPNetwork, _ conflicts: [Neighbour], isPods: Bool) -> String {
    let around = conflicts.filter { observation.neighbours.contains($0) }
    if around.isEmpty { return "a pod and a Service may get the same address, and neither is reached then" }
    if !isPods { return "a Service that gets such an address takes it away from every node and pod" }
    if around.allSatisfy({ $0.isWider(than: network) }) {
      return "machines there that have an address of it are not reached, from nodes and pods"
    }
    return "pods cannot reach what lies there, and nodes lose it once its addresses are given to pods"
  }

  /// A running cluster keeps its networks, so all that can be typed is how to build the next one.
  private func remedy(_ network: IPNetwork, isPods: Bool) -> String? {
    let taken = observation.networks.filter { ($0.use == .pods) != isPods }.map(\.network)
    let free = FreeNetworks.candidates(network.address.family, isPods: isPods).first { candidate in
      !taken.contains(where: candidate.overlaps) && !observation.neighbours.contains { $0.overlaps(candidate) }
    }
    return free.map { network in
      "kubeadm init --\(isPods ? "pod-network-cidr" : "service-cidr")=\(network)"
        + " # builds the cluster anew; before it: kubeadm reset on every node, which loses this one"
    }
  }

  /// What no file here states, or none that can be read.
  private var rest: Verdict? {
    guard observation.unreadNetworks.isEmpty else {
      return Verdict("network.cidr-overlap", .unknown, observation.unreadNetworks.joined(separator: "; "))
    }
    let missing = ClusterNetwork.Use.allCases.filter { use in !observation.networks.contains { $0.use == use } }
    guard !missing.isEmpty else { return nil }
    let names = missing.map(\.title).joined(separator: " and ")
    let reason =
      observation.isControlPlane
      ? "the static pods' manifests do not state \(names)" : "only a control-plane node's manifests state \(names)"
    return Verdict("network.cidr-overlap", .skipped, reason)
  }

  private func say(
    _ network: IPNetwork, _ state: CheckState, _ summary: String, _ own: [ClusterNetwork],
    _ conflicts: [Neighbour] = [], remedy: String? = nil
  ) -> Verdict {
    let evidence = own.map { Evidence($0.source, "\($0.use.title) \($0.network)") }
    return Verdict(
      "network.cidr-overlap", subject: "\(network)", state, summary,
      evidence: evidence + conflicts.map { Evidence($0.source, $0.title) }, remedy: remedy)
  }
}
