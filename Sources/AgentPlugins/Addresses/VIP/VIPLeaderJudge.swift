import AgentCore
import AgentHost
import AgentKnowledge
import AgentText

/// Whether who holds the address is who shall hold it: by Keepalived's own word where it is on the system bus, else as
/// far as processes and files tell.
struct VIPLeaderJudge {
  private static let busName = LiveKeepalivedBus.name

  let look: VIPLook

  var verdict: Verdict {
    if case .failure(let error) = look.table { return say(.unknown, "\(error)") }
    if let told = byKeepalived { return told }
    let running: Set<VIPSetup.Mover>
    switch look.setup.running {
    case .known(let found, _): running = found
    case .absent: running = []
    case .unreadable(let error): return say(.unknown, "\(error)")
    }
    let mover = look.setup.mover(of: look.address)
    guard let holding = look.holdings.first else { return away(mover, running) }
    guard let mover else { return unexplained(holding, running) }
    guard running.contains(mover) else {
      return say(
        .failing,
        "\(look.address) is still on \(holding.interface), but \(mover.title) does not run: it was left behind",
        remedy: removal(holding) ?? start(mover))
    }
    if mover == .keepalived, let refusal { return refusal }
    let words = "\(mover.title) runs and \(look.address) is here, which is as much as files and processes tell"
    return say(.ok, words + (mover == .keepalived ? "; \(advice)" : ""))
  }

  // MARK: Keepalived's own word

  /// Nil where Keepalived told no state that decides.
  private var byKeepalived: Verdict? {
    let told = look.vrrp.filter { $0.state != nil }
    guard !told.isEmpty else { return nil }
    let masters = told.filter { $0.state == .master }
    guard let holding = look.holdings.first else { return absent(told, masters) }
    if !masters.isEmpty {
      return say(.ok, "Keepalived is master (\(names(masters))) and \(look.address) is here")
    }
    if let doubt = doubt(among: told) { return doubt }
    let states = Set(told.compactMap { $0.state?.name }).sorted().joined(separator: " and ")
    return say(
      .failing,
      "\(look.address) is bound on \(holding.interface), but this host is not its leader: Keepalived is \(states) "
        + "(\(names(told)))",
      remedy: removal(holding) ?? "systemctl restart keepalived.service")
  }

  private func absent(_ told: [VRRPSample], _ masters: [VRRPSample]) -> Verdict {
    if !masters.isEmpty {
      return say(
        .failing, "Keepalived is master (\(names(masters))), but \(look.address) is not on this host",
        remedy: "systemctl restart keepalived.service")
    }
    if let doubt = doubt(among: told) { return doubt }
    let faults = told.filter { $0.state == .fault }
    guard faults.isEmpty else {
      return say(
        .warning,
        "Keepalived is in FAULT (\(names(faults))): this host cannot take \(look.address) when its holder dies",
        remedy: "journalctl -u keepalived.service --since -1h")
    }
    return say(.ok, "Keepalived is backup (\(names(told))) and \(look.address) is not here")
  }

  /// Why no instance being master is not certain; nil when it is.
  private func doubt(among told: [VRRPSample]) -> Verdict? {
    if told.contains(where: { $0.state?.isDecided == false }) {
      let states = Set(told.compactMap { $0.state?.name }).sorted().joined(separator: ", ")
      return say(.unknown, "Keepalived has not decided yet whether this host is the master (\(states))")
    }
    guard let silent = look.vrrp.first(where: { $0.state == nil }) else { return nil }
    let name = PlainText.short(silent.name)
    if case .failed(let error) = silent.answer {
      return say(.unknown, "Keepalived does not say what \(name) is: \(error)")
    }
    return say(
      .unknown, "Keepalived does not show \(name) on the system bus, so it may be master",
      remedy: "systemctl restart keepalived.service")
  }

  /// Keepalived is to tell, and could not be asked. Without `enable_dbus` a bus that refuses hides nothing.
  private var refusal: Verdict? {
    guard look.setup.keepalived.value?.isOnBus == true else { return nil }
    for case .failed(let error) in look.vrrp.map(\.answer) {
      return say(.unknown, "Keepalived cannot be asked whether this host is the master: \(error)")
    }
    return nil
  }

  /// What would make this certain.
  private var advice: String {
    guard look.setup.keepalived.value?.isOnBus == true else {
      return "'enable_dbus' in global_defs lets Keepalived tell"
    }
    return look.vrrp.contains { $0.answer == .noSuchInstance }
      ? "on the system bus Keepalived does not show the instance"
      : "'enable_dbus' is set, but \(Self.busName) is not on the system bus"
  }

  private func names(_ sightings: [VRRPSample]) -> String {
    sightings.map { PlainText.short($0.name) }.joined(separator: ", ")
  }

  // MARK: files and processes

  /// Not here: whether it should be is known to Keepalived and kube-vip alone.
  private func away(_ mover: VIPSetup.Mover?, _ running: Set<VIPSetup.Mover>) -> Verdict {
    guard let mover else { return say(.skipped, "nothing on this host moves \(look.address)") }
    guard running.contains(mover) else { return say(.skipped, "\(mover.title) does not run here") }
    switch mover {
    case .keepalived:
      return refusal
        ?? say(.skipped, "whether this host is the master is known to Keepalived alone; \(advice)")
    case .kubeVIP where look.setup.routing(of: look.address) != nil:
      return say(.skipped, "kube-vip gives \(look.address) to every master: there is no leader")
    case .kubeVIP: return say(.skipped, "whether this host is the leader stands in kube-vip's lease, which is not read")
    }
  }

  private func unexplained(_ holding: InterfaceAddress, _ running: Set<VIPSetup.Mover>) -> Verdict {
    for error in [look.setup.keepalived.error, look.setup.kubeVIP.error].compactMap(\.self) {
      return say(.unknown, "what moves \(look.address) cannot be seen: \(error)")
    }
    if look.setup.keepalived.value?.problems.isEmpty == false {
      return say(.unknown, "whether Keepalived moves \(look.address) is not clear from its configuration")
    }
    // As a DaemonSet kube-vip has no manifest on the node.
    if running.contains(.kubeVIP) { return say(.ok, "kube-vip runs and \(look.address) is here") }
    return say(
      .warning, "\(look.address) is on \(holding.interface), and nothing that is known to move it is on this host",
      remedy: removal(holding) ?? "ip -br address show dev \(holding.interface); journalctl -b -g \(holding.address)")
  }

  /// Only where another host was seen to answer: without the one that holds it alone, nobody reaches the API servers.
  private func removal(_ holding: InterfaceAddress) -> String? {
    guard case .answered(let answers) = look.sight.outcome, !answers.claimants.isEmpty, look.deafLink == nil else {
      return nil
    }
    return "ip address del \(holding.address)/\(holding.prefixLength) dev \(holding.interface)"
  }

  /// Debian's keepalived.service has no `Restart=`.
  private func start(_ mover: VIPSetup.Mover) -> String {
    switch mover {
    case .keepalived: "systemctl start keepalived.service; journalctl -u keepalived.service -n 20"
    case .kubeVIP: "crictl logs --tail 20 $(crictl ps -aq --name kube-vip | head -1)"
    }
  }

  private func say(_ state: CheckState, _ summary: String, remedy: String? = nil) -> Verdict {
    let holdings = look.holdings.map { Evidence("rtnetlink \($0.interface)", "\($0.address)/\($0.prefixLength)") }
    let processes = look.setup.running.value?.map(\.rawValue).sorted().joined(separator: ", ") ?? ""
    var told: [Evidence] = []
    for sighting in look.vrrp {
      guard let state = sighting.state else { continue }
      told.append(Evidence("\(Self.busName) \(PlainText.short(sighting.name))", state.name))
    }
    return Verdict(
      "vip.leader", subject: "\(look.address)", state, summary,
      evidence: told + holdings
        + [Evidence("/proc", processes.isEmpty ? "neither keepalived nor kube-vip runs" : processes)],
      remedy: remedy)
  }
}

extension VRRPState {
  /// Whether it says who is to hold the addresses.
  fileprivate var isDecided: Bool {
    switch self {
    case .backup, .master, .fault: true
    case .starting, .other: false
    }
  }
}
