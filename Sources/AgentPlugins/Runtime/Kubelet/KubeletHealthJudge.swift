import AgentHost
import AgentCore

/// Whether the kubelet says that it is healthy.
struct KubeletHealthJudge {
  private let health: KubeletObservation.Health

  init(_ health: KubeletObservation.Health) { self.health = health }

  var verdict: Verdict {
    switch health {
    case .notAsked: say(.skipped, "not asked")
    case .unknown(let reason): say(.unknown, reason)
    case .off(let source): say(.skipped, "it serves no health page", [Evidence(source, "healthzPort: 0")])
    case .asked(let answer):
      switch answer.meaning {
      case .healthy: say(.ok, "answers that it is healthy", [Evidence("\(answer.target)\(answer.path)", "200")])
      case .unhealthy(let words): say(.failing, "the kubelet \(words)")
      case .unseen(let reason): say(.unknown, reason)
      }
    }
  }

  private func say(_ state: CheckState, _ summary: String, _ evidence: [Evidence] = []) -> Verdict {
    Verdict("kubelet.healthz", state, summary, evidence: evidence)
  }
}
