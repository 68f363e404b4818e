import AgentText
import AgentCore
import AgentKnowledge

/// Whether the kubelet's client certificate is there, valid, and renewed in time.
///
/// The kubelet renews it when 70 to 90 % of its life are over (client-go's certificate manager): below 10 % it has tried
/// in vain for a while.
struct KubeletCertificateJudge {
  static let lowestShare = 0.1

  let observation: KubeletObservation

  var verdict: Verdict {
    switch observation.certificate {
    case .unreadable(let reason): return say(.unknown, reason)
    case .broken(let reason): return say(.failing, reason, remedy: Self.renew)
    case .dangling(let target):
      return say(
        .failing, "\(KubeletSourceReader.current) leads to \(target), which does not exist: the kubelet cannot log in",
        remedy: Self.renew)
    case .absent:
      guard observation.facts.hasJoined else { return say(.skipped, "not asked for yet") }
      return say(.skipped, "kubelet.conf carries its own certificate: there is no \(KubeletSourceReader.current)")
    case .valid(let validity, let target): return judge(validity, target: target)
    }
  }

  private func judge(_ validity: CertificateValidity, target: String) -> Verdict {
    let now = observation.takenAt.wallSeconds
    let left = Double(validity.notAfter) - now
    let life = max(1, Double(validity.notAfter - validity.notBefore))
    let evidence = [Evidence(target, "valid for another \(Duration.seconds(Int64(max(0, left))).spoken)")]
    guard left > 0 else {
      return say(
        .failing, "expired \(Duration.seconds(Int64(-left)).spoken) ago: the kubelet cannot log in to the API server",
        evidence: [Evidence(target, "expired")], remedy: Self.renew)
    }
    guard now >= Double(validity.notBefore) else {
      return say(
        .failing, "is not valid yet: is the clock right?", evidence: [Evidence(target, "not valid yet")],
        remedy: "timedatectl")
    }
    guard left / life >= Self.lowestShare else {
      return say(
        .warning, "ends in \(Duration.seconds(Int64(left)).spoken) and was not renewed", evidence: evidence,
        remedy: "journalctl -u kubelet.service | grep -i certificate; kubectl get csr")
    }
    return say(.ok, "valid for another \(Duration.seconds(Int64(left)).spoken)", evidence: evidence)
  }

  /// kubeadm's troubleshooting guide, "Kubelet client certificate rotation fails".
  private static let renew = """
    kubeadm kubeconfig user --org system:nodes --client-name system:node:NODE > kubelet.conf on a control-plane node; \
    put it here as /etc/kubernetes/kubelet.conf; rm /var/lib/kubelet/pki/kubelet-client*; systemctl restart kubelet
    """

  private func say(
    _ state: CheckState, _ summary: String, evidence: [Evidence] = [], remedy: String? = nil
  ) -> Verdict {
    Verdict("kubelet.certificate", state, summary, evidence: evidence, remedy: remedy)
  }
}
