import AgentCore
import AgentHost
import AgentKnowledge
import AgentText

/// Whether an unknown host uses an address that a pool may still give away. Never failing: it may be a Service.
struct ServiceStrangerJudge {
  let observation: ServiceAddressObservation

  var verdicts: [Verdict] {
    guard !observation.settings.pools.isEmpty else { return [say(.skipped, ServicePoolJudge.noPools)] }
    switch observation.network {
    case .failure(let error): return [say(.unknown, "who uses addresses of the pools cannot be seen: \(error)")]
    case .success(let network):
      let signs = signs(network)
      let found = Set(signs.map(\.address)).sorted().map { address in
        verdict(of: address, signs.filter { $0.address == address }, in: network)
      }
      return found + (summary(hasFindings: !found.isEmpty).map { [$0] } ?? [])
    }
  }

  /// Something that says where an address is.
  private struct Applicability {
    var address: IPAddress
    var hardware: HardwareAddress
    var source: String
  }

  /// One address may stand on several links, and several hosts may answer for it.
  private func signs(_ network: ServiceNetwork) -> [Applicability] {
    let known = network.neighbours.compactMap { entry in
      entry.hardwareAddress.map {
        Applicability(address: entry.address, hardware: $0, source: "neighbour table of \(entry.interface)")
      }
    }
    let answers = (observation.search?.answers ?? [:]).sorted { $0.key < $1.key }.flatMap { address, all in
      all.map {
        Applicability(address: address, hardware: $0, source: address.family == .v4 ? "ARP" : "neighbour discovery")
      }
    }
    return known + answers
  }

  private func verdict(of address: IPAddress, _ signs: [Applicability], in network: ServiceNetwork) -> Verdict {
    let evidence = signs.map { Evidence($0.source, "\(address) is at \($0.hardware)") }
    let unknown = signs.map(\.hardware).first { !network.neighbourhood.knows($0) }
    if let unknown {
      return say(
        .warning, "\(unknown) has it: a Service of an unknown node, or a stranger by DHCP", of: address, evidence,
        remedy: "kubectl get services -A | grep -wF \(address) || echo \(address) belongs to no Service")
    }
    let hosts = network.neighbourhood.stations(of: Array(Set(signs.map(\.hardware))).sorted()).map(\.title)
    let verb = hosts.count == 1 ? "answers" : "answer"
    return say(
      .ok, "a Service uses it: \(hosts.joined(separator: " and ")) \(verb) for it", of: address, evidence)
  }

  /// What was searched; nil where the findings say enough.
  private func summary(hasFindings: Bool) -> Verdict? {
    guard let search = observation.search else {
      guard !hasFindings else { return nil }
      return say(
        .skipped,
        "no other pool address is in the neighbour table, and the pools are not searched "
          + "(nodeagent doctor --only service-address.stranger does)")
    }
    let (asked, all) = (search.answers.count, search.plan.addresses.count)
    let evidence = search.plan.leftOut.sorted().map { Evidence("not searched", $0) }
    if let problem = search.problem { return say(.unknown, Self.words(problem), evidence) }
    if all == 0 {
      let reasons = search.plan.leftOut.sorted().joined(separator: "; ")
      return say(.skipped, "nothing is searched: \(reasons.isEmpty ? "every pool address is in use" : reasons)")
    }
    if search.isComplete {
      guard !hasFindings else { return nil }
      return say(.ok, "nobody answers for the other \(all) addresses of the pools", evidence)
    }
    if search.goesOn {
      return hasFindings ? nil : say(.skipped, "\(asked) of \(all) other pool addresses were searched so far", evidence)
    }
    return say(
      .unknown,
      "\(asked) of \(all) other pool addresses were asked for, and there was no time for the rest: "
        + "--timeout \(all * 21 / 20 + 2) is enough", evidence)
  }

  private static func words(_ problem: ProbeOutcome) -> String {
    switch problem {
    case .denied(let capability): "the pools cannot be searched without \(capability)"
    case .failed(let reason), .notApplicable(let reason): "the pools cannot be searched: \(reason)"
    case .notRecorded: "the recording does not say who answers for addresses of the pools"
    case .answered, .behindGateway, .moving: "the pools cannot be searched: their link changed meanwhile"
    }
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
