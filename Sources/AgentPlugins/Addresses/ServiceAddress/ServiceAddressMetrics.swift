import AgentHost
import AgentCore
import AgentText

/// The numbers of the addresses in use.
enum ServiceAddressMetrics {
  static func families(_ observation: ServiceAddressObservation) -> [MetricFamily] {
    [held(observation), claimants(observation), info(observation)].filter { !$0.samples.isEmpty }
  }

  private static func held(_ observation: ServiceAddressObservation) -> MetricFamily {
    let network = try? observation.network.get()
    return MetricFamily(
      "nodeagent_address_held", help: "Whether this host holds the address.",
      samples: observation.claims.compactMap { claim in
        network.map {
          MetricSample(
            $0.holding(of: claim.address) == nil ? 0 : 1, ["address": "\(claim.address)", "kind": "service"])
        }
      })
  }

  /// A host does not hear itself: where it may be the one that answers, silence is no number.
  private static func claimants(_ observation: ServiceAddressObservation) -> MetricFamily {
    MetricFamily(
      "nodeagent_address_claimants", help: "Hardware addresses that answer for the address, this host's included.",
      samples: observation.claims.compactMap { claim in
        count(claim, observation).map { MetricSample(Double($0), ["address": "\(claim.address)"]) }
      })
  }

  private static func count(_ claim: ServiceClaim, _ observation: ServiceAddressObservation) -> Int? {
    guard let others = others(claim, observation) else { return nil }
    guard others.isEmpty else { return others.count }
    if claim.isAnnouncedHere(at: observation.takenAt) { return 1 }
    guard let network = try? observation.network.get() else { return nil }
    if network.holding(of: claim.address) != nil { return 1 }
    return observation.announcer.mayAnnounceUnseen ? nil : 0
  }

  /// Who else has it by the newest word: an announcement, else the last answers. Nil when that is not known.
  private static func others(_ claim: ServiceClaim, _ observation: ServiceAddressObservation) -> [HardwareAddress]? {
    guard let claimants = claim.claimants, claim.deafLink == nil else { return nil }
    let isHere = (try? observation.network.get())?.holding(of: claim.address) != nil
    if isHere != (claim.holding != nil) { return isHere ? [] : claim.announced.map { [$0] } }
    return claim.announced.map { [$0] } ?? claimants.map(\.hardwareAddress)
  }

  private static func info(_ observation: ServiceAddressObservation) -> MetricFamily {
    MetricFamily(
      "nodeagent_address_claimant_info", help: "A hardware address that answers for the address.",
      samples: observation.claims.flatMap { claim in
        (others(claim, observation) ?? []).map {
          MetricSample(1, ["address": "\(claim.address)", "mac": "\($0)"])
        }
      })
  }
}
