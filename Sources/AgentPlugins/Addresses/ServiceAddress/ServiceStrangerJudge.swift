import AgentCore
import AgentHost

/// Whether an unknown host uses an address that a pool may still give away. Never failing: it may be a Service.
struct ServiceStrangerJudge {
  let observation: ServiceAddressObservation

  var verdicts: [Verdict] {
    guard !observation.settings.pools.isEmpty else { return [say(.skipped, ServicePoolJudge.noPools)] }
    switch observation.network {
    case .failure(let error): return [say(.unknown, "who uses addresses of the pools cannot be seen: \(error)")]
    case .success(let network):
      guard !network.neighbours.isEmpty else {
        return [say(.skipped, "no other pool address is in the neighbour table, and the pools are not searched")]
      }
      let addresses = Set(network.neighbours.map(\.address)).sorted()
      return addresses.map { address in
        verdict(of: address, network.neighbours.filter { $0.address == address }, in: network)
      }
    }
  }

  /// One address may stand on several links.
  private func verdict(of address: IPAddress, _ entries: [NetworkNeighbour], in network: ServiceNetwork) -> Verdict {
    let all = entries.compactMap(\.hardwareAddress)
    let evidence = entries.compactMap { entry in
      entry.hardwareAddress.map { Evidence("neighbour table of \(entry.interface)", "\(address) is at \($0)") }
    }
    let unknown = all.first { network.hosts[$0] == nil }
    guard let hardware = unknown ?? all.first else { return say(.skipped, "it has no hardware address", of: address) }
    guard unknown != nil else {
      return say(.ok, "a Service uses it: \(network.title(of: hardware)) answers for it", of: address, evidence)
    }
    return say(
      .warning, "\(hardware) has it: a Service of an unknown node, or a stranger by DHCP", of: address, evidence,
      remedy: "kubectl get services -A | grep -wF \(address) || echo \(address) belongs to no Service")
  }

  private func say(
    _ state: CheckState, _ summary: String, of address: IPAddress? = nil, _ evidence: [Evidence] = [],
    remedy: String? = nil
  ) -> Verdict {
    Verdict(
      "service-address.stranger", subject: address.map { "\($0)" } ?? "", state, summary, evidence: evidence,
      remedy: remedy)
  }
}
