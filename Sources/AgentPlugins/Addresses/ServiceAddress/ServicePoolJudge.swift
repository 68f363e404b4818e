import AgentHost
import AgentKnowledge
import AgentCore
import AgentText

/// Whether a pool could give away an address that belongs to a node or to the API servers.
struct ServicePoolJudge {
  static let noPools = "no pools are configured (cluster.serviceAddresses.pools)"

  let observation: ServiceAddressObservation

  var verdicts: [Verdict] {
    guard !observation.settings.pools.isEmpty else { return [Verdict(check, .skipped, Self.noPools)] }
    let found = conflicts
    let addresses = Set(found.map(\.address)).sorted()
    let verdicts = addresses.compactMap { address in found.first { $0.address == address }?.verdict }
    let unseen = unseen
    if !unseen.isEmpty {
      let problems = unseen.joined(separator: "; ")
      return verdicts + [Verdict(check, .unknown, "what the pools must keep off cannot be seen: \(problems)")]
    }
    guard verdicts.isEmpty else { return verdicts }
    let ranges = observation.settings.pools.map { Evidence("cluster.serviceAddresses.pools", "\($0)") }
    return [Verdict(check, .ok, "the pools keep off the addresses of nodes and API servers", evidence: ranges)]
  }

  private let check: CheckID = "service-address.pool"

  init(observation: ServiceAddressObservation) { self.observation = observation }

  private struct Conflict {
    var address: IPAddress
    var pool: AddressRange
    var title: String
    var source: String

    var verdict: Verdict {
      Verdict(
        "service-address.pool", subject: "\(address)", .failing,
        "the pool \(pool) holds \(title): a Service may get it, and then two hosts answer for it",
        evidence: [Evidence("cluster.serviceAddresses.pools", "\(pool)"), Evidence(source, "\(address)")])
    }
  }

  /// The most telling one of each address first.
  private var conflicts: [Conflict] {
    var taken: [(IPAddress, String, String)] = []
    if let endpoint = observation.endpoint.value, let address = endpoint.endpoint.host.address {
      taken.append((address, "the control-plane endpoint \(address)", endpoint.source))
    }
    for holding in (try? observation.network.get().holdings) ?? [] where holding.isNodes {
      let kind = holding.isLeased ? "an address that was leased to this node" : "this node's own address"
      taken.append((holding.address, "\(kind), \(holding.address)", "address table, \(holding.interface)"))
    }
    taken += observation.members.map { ($0, "the API server \($0)", "cluster.controlPlane.members") }
    return taken.compactMap { address, title, source in
      observation.settings.pools.first { $0.contains(address) }.map {
        Conflict(address: address, pool: $0, title: title, source: source)
      }
    }
  }

  private var unseen: [String] {
    var problems: [String] = []
    if case .failure(let error) = observation.network { problems.append("\(error)") }
    if let error = observation.endpoint.error { problems.append("\(error)") }
    return problems
  }
}
