import AgentCore
import AgentHost
import AgentKnowledge
import AgentText

/// What the link says of one address in use.
struct ServiceClaim: Sendable, Equatable {
  var address: IPAddress
  /// Who answered for it, and this host's tables at that moment.
  var sight: ClaimSample
  /// What was heard unasked until now.
  var heard = HeardClaims()

  /// The hardware addresses that answered; nil when nothing was asked.
  var claimants: [ProbeAnswers.Claimant]? {
    if case .answered(let answers) = sight.outcome { answers.claimants } else { nil }
  }

  /// Where this host held it when the others had answered.
  var holding: ServiceNetwork.Holding? {
    guard case .success(let table) = sight.table else { return nil }
    return ServiceNetwork.Holding(of: address, in: table)
  }

  /// The interface of its link, where that had no carrier.
  var deafLink: String? { (try? sight.table.get())?.deafLink(for: address) }

  /// Who announced it after the others had answered.
  var announced: HardwareAddress? {
    guard let told = heard.announcement, told != sight.heard.announcement else { return nil }
    return told.hardwareAddress
  }

  /// Whether this host was seen to answer for the address a short time ago, and nobody announced it since.
  func isAnnouncedHere(at time: HostTime) -> Bool { heard.isClaimedHere(at: time) }
}

/// Whether exactly one host answers for an address in use.
struct ServiceClaimJudge {
  let observation: ServiceAddressObservation
  let claim: ServiceClaim

  /// One verdict for each address in use.
  static func verdicts(_ observation: ServiceAddressObservation) -> [Verdict] {
    guard !observation.claims.isEmpty else {
      return [
        Verdict(
          "service-address.claimants", .skipped,
          "no address in use is configured (cluster.serviceAddresses.ingress, .inUse)")
      ]
    }
    return observation.claims.map { ServiceClaimJudge(observation: observation, claim: $0).verdict }
  }

  var verdict: Verdict {
    var verdict = judgement
    verdict.isFresh = claim.sight.isNew
    return verdict
  }

  private var judgement: Verdict {
    if let link = claim.deafLink {
      return say(.unknown, "\(link) has no carrier: who answers cannot be seen from here")
    }
    return switch claim.sight.outcome {
    case .answered(let answers): judge(answers)
    case .denied(let capability): say(.unknown, "who answers for it cannot be asked without \(capability)")
    case .notApplicable(let reason): say(.skipped, reason)
    case .behindGateway:
      say(.skipped, "this node has no interface on its link, and routers do not pass such questions on")
    case .moving: say(.unknown, "it moved a moment ago and is asked for again later")
    case .failed(let reason): say(.unknown, reason)
    case .notRecorded: say(.unknown, "the recording holds no answers for it")
    }
  }

  private func judge(_ answers: ProbeAnswers) -> Verdict {
    let certain = answers.claimants.filter { !$0.hardwareAddress.isVirtualRouter }
    let others = neighbourhood.stations(of: certain.map(\.hardwareAddress))
    let count = others.count + (holding == nil ? 0 : 1)
    if count > 1 { return twice(answers) }
    if !answers.ambiguous.isEmpty {
      let titles = answers.ambiguous.map { title($0.hardwareAddress) }.joined(separator: ", ")
      return say(.unknown, "\(titles) may stand for more than one host: they cannot be told apart")
    }
    // Whoever else answers: this node may hold it too.
    if case .failure(let error) = claim.sight.table {
      return say(.unknown, "whether this node holds it cannot be seen: \(error)")
    }
    if let holding { return say(.ok, "this node holds it on \(holding.interface)") }
    if let one = answers.claimants.first { return say(.ok, "\(title(one.hardwareAddress)) answers for it") }
    return nobody
  }

  /// Two hosts answer. What this node was heard to say does not count here: it may have passed the address on since.
  private func twice(_ answers: ProbeAnswers) -> Verdict {
    let others = answers.claimants.map { title($0.hardwareAddress) }
    let all = (holding.map { ["this node (\($0.interface))"] } ?? []) + others
    let names = all.prefix(3).joined(separator: ", ")
    let rest =
      answers.isCutShort ? " and more than \(all.count - 3) more" : all.count > 3 ? " and \(all.count - 3) more" : ""
    return say(
      .failing, "held twice: \(names)\(rest) answer for it, and connections break",
      remedy: isMoved
        ? "ip neigh show \(claim.address); journalctl -u keepalived.service -n 20"
        : "ip neigh show \(claim.address); kubectl get servicel2statuses.metallb.io -A; "
          + "kubectl logs -n metallb-system -l component=speaker --tail 50",
      lost: [])
  }

  private var nobody: Verdict {
    if isMoved {
      return say(
        .failing, "nobody answers for it: Keepalived moves it here, and neither this node nor another has it",
        remedy: "systemctl status keepalived.service; journalctl -u keepalived.service -n 20")
    }
    if claim.isAnnouncedHere(at: observation.takenAt) { return say(.ok, "this node announces it") }
    if let error = observation.announcer.error {
      return say(.unknown, "nobody else answers, and whether this node announces it cannot be seen: \(error)")
    }
    if let announcer = observation.announcer.value, !announcer.isBinding {
      return say(
        .unknown,
        "nobody else answers, and whether this node announces cannot be seen from here (\(announcer.name) runs)")
    }
    return say(
      .failing, "nobody answers for it: \(isIngress ? "no application is" : "its Service is not") reached from outside")
  }

  /// Whether Keepalived moves it, and not a Service's speaker.
  private var isMoved: Bool { observation.moved.contains(claim.address) }
  private var isIngress: Bool { claim.address == observation.settings.ingress?.address }
  private var holding: ServiceNetwork.Holding? { claim.holding }

  private var neighbourhood: Neighbourhood { (try? observation.network.get().neighbourhood) ?? Neighbourhood() }

  private func title(_ hardware: HardwareAddress) -> String { neighbourhood.title(of: hardware) }

  private func say(_ state: CheckState, _ summary: String, remedy: String? = nil, lost: [Plane]? = nil) -> Verdict {
    var evidence = (claim.claimants ?? []).map {
      Evidence(
        claim.address.family == .v4 ? "ARP" : "neighbour discovery", "\(claim.address) is at \($0.hardwareAddress)")
    }
    if let holding { evidence.append(Evidence("address table", "\(claim.address) on \(holding.interface)")) }
    // Only the ingress carries what comes from the Internet.
    let planes: [Plane]? = isIngress ? nil : [.lanAccess]
    return Verdict(
      "service-address.claimants", subject: "\(claim.address)", state, summary, evidence: evidence, remedy: remedy,
      lost: lost ?? planes, atRisk: planes)
  }
}
