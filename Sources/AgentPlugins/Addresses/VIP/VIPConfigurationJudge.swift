import AgentHost
import AgentCore
import AgentKnowledge

/// Whether what moves the address is configured so that a fail-over works.
struct VIPConfigurationJudge {
  let look: VIPLook
  let endpoint: ControlPlaneEndpoint?

  /// One thing that was found.
  struct Finding: Equatable {
    var state: CheckState
    var text: String
    var source: String
    var remedy: String?
    /// What was seen in particular, besides the text.
    var evidence: [Evidence] = []
  }

  var verdict: Verdict {
    let keepalived = KeepalivedFindings(look: look).findings
    let adverts = AdvertFindings(look: look)
    let findings = keepalived + KubeVIPFindings(look: look, endpoint: endpoint).findings + adverts.findings
    // The worst first; a mistake that was seen says more than a file that was not.
    for state in [CheckState.failing, .warning, .unknown] {
      if let first = findings.first(where: { $0.state == state }) {
        return say(
          state, first.text, evidence: findings.flatMap { [Evidence($0.source, $0.text)] + $0.evidence },
          remedy: first.remedy)
      }
    }
    let heard = adverts.comfort.map { "; \($0)" } ?? ""
    guard let mover = look.setup.mover(of: look.address) else {
      let isBare = look.setup.keepalived == .absent && look.setup.kubeVIP == .absent
      let servesOthers = look.setup.kubeVIP.value?.movesControlPlane == false
      let reason =
        servesOthers
        ? "kube-vip announces addresses of Services here, not \(look.address)"
        : isBare
          ? "neither Keepalived nor a kube-vip manifest is on this host"
          : "nothing on this host is configured to move \(look.address)"
      return say(adverts.isConclusive ? .ok : .skipped, reason + heard)
    }
    return say(.ok, "\(mover.title)'s configuration of \(look.address) is sound\(heard)")
  }

  private func say(
    _ state: CheckState, _ summary: String, evidence: [Evidence] = [], remedy: String? = nil
  ) -> Verdict {
    Verdict("vip.configuration", subject: "\(look.address)", state, summary, evidence: evidence, remedy: remedy)
  }
}
