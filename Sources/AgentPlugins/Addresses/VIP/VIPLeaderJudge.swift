import AgentCore
import AgentHost

/// Whether who holds the address is who shall hold it, as far as processes and files tell.
struct VIPLeaderJudge {
  let look: VIPLook

  var verdict: Verdict {
    if case .failure(let error) = look.table { return say(.unknown, "\(error)") }
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
        remedy: removal(holding))
    }
    return say(.ok, "\(mover.title) runs and \(look.address) is here, which is as much as files and processes tell")
  }

  /// Not here: whether it should be is known to Keepalived and kube-vip alone.
  private func away(_ mover: VIPSetup.Mover?, _ running: Set<VIPSetup.Mover>) -> Verdict {
    guard let mover else { return say(.skipped, "nothing on this host moves \(look.address)") }
    guard running.contains(mover) else { return say(.skipped, "\(mover.title) does not run here") }
    switch mover {
    case .keepalived:
      return say(.skipped, "whether this host is the master is known to Keepalived alone, and it is not asked")
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
      remedy: removal(holding))
  }

  private func removal(_ holding: InterfaceAddress) -> String {
    "ip address del \(holding.address)/\(holding.prefixLength) dev \(holding.interface)"
  }

  private func say(_ state: CheckState, _ summary: String, remedy: String? = nil) -> Verdict {
    let holdings = look.holdings.map { Evidence("rtnetlink \($0.interface)", "\($0.address)/\($0.prefixLength)") }
    let processes = look.setup.running.value?.map(\.rawValue).sorted().joined(separator: ", ") ?? ""
    return Verdict(
      "vip.leader", subject: "\(look.address)", state, summary,
      evidence: holdings + [Evidence("/proc", processes.isEmpty ? "neither keepalived nor kube-vip runs" : processes)],
      remedy: remedy)
  }
}
