import AgentText
import AgentCore
import AgentHost

/// Whether exactly one host answers for the address.
struct VIPClaimantsJudge {
  let look: VIPLook

  var verdict: Verdict {
    var verdict = judgement
    verdict.isFresh = look.sight.isNew
    return verdict
  }

  private var judgement: Verdict {
    if case .failure(let error) = look.sight.table { return say(.unknown, "\(error)") }
    if let link = look.deafLink {
      return say(.unknown, "\(link) has no carrier: who answers for \(look.address) cannot be seen from here")
    }
    switch look.sight.outcome {
    case .answered(let answers): return judge(answers)
    case .denied(let capability):
      return say(.unknown, "who answers for \(look.address) cannot be asked without \(capability)")
    case .notApplicable(let reason): return say(.skipped, reason)
    case .behindGateway:
      return say(.skipped, "\(look.address) is behind a router: who answers for it is seen on its own link only")
    case .moving: return say(.unknown, "\(look.address) moved a moment ago")
    case .failed(let reason): return say(.unknown, reason)
    case .notRecorded: return say(.unknown, "the recording does not say who answers for \(look.address)")
    }
  }

  private func judge(_ answers: ProbeAnswers) -> Verdict {
    let others = look.neighbourhood.stations(of: answers.claimants.map(\.hardwareAddress))
    let own = look.holdingsThen
    let evidence =
      own.map { Evidence("this host, \($0.interface)", hardwareAddress(of: $0)) }
      + others.map { Evidence(answers.interface.map { "ARP on \($0)" } ?? "ARP", $0.title) }
    let count = others.count + (own.isEmpty ? 0 : 1)
    if count > 1 { return twice(own, others, answers, evidence) }
    if count == 0 { return nobody() }
    if let doubtful = answers.ambiguous.first {
      return say(
        .unknown,
        "one or several hosts answer for \(look.address) as \(doubtful.hardwareAddress): they cannot be told apart",
        evidence: evidence)
    }
    let holder = own.first.map { "this host (\($0.interface))" } ?? others.first?.title ?? ""
    return say(.ok, "one host answers for \(look.address): \(holder)", evidence: evidence)
  }

  private func twice(
    _ own: [InterfaceAddress], _ others: [Neighbourhood.Station], _ answers: ProbeAnswers, _ evidence: [Evidence]
  ) -> Verdict {
    let names = own.prefix(1).map { "this host (\(hardwareAddress(of: $0)))" } + others.map(\.title)
    let most = answers.isCutShort ? ", and more" : ""
    let times = names.count == 2 ? "twice" : "\(names.count) times"
    if areMasters(own, others) {
      return say(
        .warning,
        "\(look.address) is held by several masters, by BGP or in a split: \(names.joined(separator: " and "))",
        evidence: evidence,
        remedy:
          "on one of them: grep -nA1 -E 'bgp_enable|vip_arp|vip_routingtable' /etc/kubernetes/manifests/kube-vip.yaml",
        lost: [], atRisk: [])
    }
    return say(
      .failing, "\(look.address) is held \(times): \(names.joined(separator: " and "))\(most)", evidence: evidence,
      remedy: own.first.map(letGo)
        ?? "on both: ip -br address show to \(look.address); where it shall not be: \(restart)",
      lost: [])
  }

  /// Whether all who answer are masters, and nothing on this host tells how the address is moved: with routers every master
  /// has it on loopback, for which Linux answers too (arp_ignore is 0), and that is as it should be.
  private func areMasters(_ own: [InterfaceAddress], _ others: [Neighbourhood.Station]) -> Bool {
    let isMaster = { (addresses: [IPAddress]) in !look.members.isDisjoint(with: addresses) }
    let here = own.isEmpty ? [] : (try? look.sight.table.get())?.addresses.map(\.address) ?? []
    return look.setup.keepalived == .absent && look.setup.kubeVIP == .absent
      && others.allSatisfy { isMaster($0.addresses) && !$0.hardwareAddresses.contains(where: \.isVirtualRouter) }
      && (own.isEmpty || isMaster(here)) && !AdvertFindings(look: look).findings.contains { $0.state == .failing }
  }

  /// Only where nothing runs that would take it back or was elected is it right to remove it by hand.
  private func letGo(_ holding: InterfaceAddress) -> String {
    guard let mover = look.setup.mover(of: look.address), look.setup.running.value?.contains(mover) != false else {
      return "ip address del \(holding.address)/\(holding.prefixLength) dev \(holding.interface)"
    }
    switch mover {
    case .keepalived:
      return "tcpdump -c 5 -ni \(holding.interface) ip proto 112; journalctl -u keepalived.service -n 20"
    case .kubeVIP: return "kubectl -n kube-system get lease plndr-cp-lock -o yaml"
    }
  }

  private var restart: String {
    look.setup.mover(of: look.address) == .kubeVIP
      ? "crictl logs --tail 20 $(crictl ps -aq --name kube-vip | head -1)" : "systemctl restart keepalived.service"
  }

  private func nobody() -> Verdict {
    switch look.sight.connection {
    case .failed(let reason):
      return say(
        .failing, "nobody holds \(look.address): kubectl and the cluster's self-healing are lost",
        evidence: [Evidence("ARP", "no answer"), Evidence("TCP \(look.address)", reason)], remedy: take)
    case .accepted:
      return say(
        .warning, "\(look.address) accepts connections and does not answer ARP: new clients may not find it",
        evidence: [Evidence("ARP", "no answer"), Evidence("TCP \(look.address)", "accepted")])
    case nil:
      return say(.unknown, "nobody answers for \(look.address); whether it accepts connections was not recorded")
    }
  }

  /// Without the address kubectl reaches nothing.
  private var take: String {
    switch look.setup.mover(of: look.address) {
    case .keepalived: "systemctl restart keepalived.service; journalctl -u keepalived.service -n 20"
    case .kubeVIP: "crictl logs --tail 20 $(crictl ps -aq --name kube-vip | head -1)"
    case nil: "on the balancers: systemctl status keepalived.service; or on the masters: crictl ps -a --name kube-vip"
    }
  }

  private func hardwareAddress(of holding: InterfaceAddress) -> String {
    let link = (try? look.sight.table.get())?.link(holding.interface)
    return link?.hardwareAddress?.description ?? "no hardware address"
  }

  private func say(
    _ state: CheckState, _ summary: String, evidence: [Evidence] = [], remedy: String? = nil, lost: [Plane]? = nil,
    atRisk: [Plane]? = nil
  ) -> Verdict {
    Verdict(
      "vip.claimants", subject: "\(look.address)", state, summary, evidence: evidence, remedy: remedy, lost: lost,
      atRisk: atRisk)
  }
}
