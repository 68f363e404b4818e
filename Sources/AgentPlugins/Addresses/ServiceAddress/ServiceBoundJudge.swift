import AgentHost
import AgentKnowledge
import AgentText
import AgentCore

/// Whether an address of a pool is bound on an interface where MetalLB would never put it.
struct ServiceBoundJudge {
  let observation: ServiceAddressObservation

  var verdicts: [Verdict] {
    guard !observation.settings.pools.isEmpty else { return [say(.skipped, ServicePoolJudge.noPools)] }
    switch observation.network {
    case .failure(let error): return [say(.unknown, "the addresses of this node cannot be seen: \(error)")]
    case .success(let network): return verdicts(network)
    }
  }

  private func verdicts(_ network: ServiceNetwork) -> [Verdict] {
    // Of the node's own addresses and the endpoint the pool is wrong, not the interface.
    let endpoint = observation.endpoint.value?.endpoint.host.address
    let held = network.holdings.filter { holding in
      !holding.isNodes && holding.address != endpoint
        && observation.settings.pools.contains { $0.contains(holding.address) }
    }
    guard !held.isEmpty else { return [say(.ok, "no pool address is bound on an interface of this node")] }
    return Set(held.map(\.address)).sorted().map { address in verdict(of: held.filter { $0.address == address }) }
  }

  private func verdict(of held: [ServiceNetwork.Holding]) -> Verdict {
    let names = held.map(\.interface).joined(separator: ", ")
    if observation.announcer.value?.isBinding == true {
      return say(.ok, "kube-vip runs on this node and binds addresses of Services (\(names))", held)
    }
    let remedy = held.map { "ip address del \($0.address)/\($0.prefixLength) dev \($0.interface)" }
    return say(
      .warning, "bound on \(names): this node answers for it, whichever node MetalLB chose", held,
      remedy: remedy.joined(separator: "; "))
  }

  private func say(
    _ state: CheckState, _ summary: String, _ held: [ServiceNetwork.Holding] = [], remedy: String? = nil
  ) -> Verdict {
    Verdict(
      "service-address.bound", subject: held.first.map { "\($0.address)" } ?? "", state, summary,
      evidence: held.map { Evidence("address table", "\($0.address)/\($0.prefixLength) on \($0.interface)") },
      remedy: remedy)
  }
}
