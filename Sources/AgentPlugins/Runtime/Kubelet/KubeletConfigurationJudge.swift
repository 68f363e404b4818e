import AgentHost
import AgentKnowledge
import AgentCore
import AgentText

/// Whether the kubelet can read its configuration: the error that it would die of.
struct KubeletConfigurationJudge {
  let observation: KubeletObservation

  var verdict: Verdict {
    let facts = observation.facts
    if case .unknown(let error) = facts.joining { return say(.unknown, "\(error)") }
    if case .lost(let sign) = facts.joining { return lost(sign) }
    if let problem = facts.configuration.flagProblem ?? facts.configuration.fileProblem {
      guard !problem.isHidden else { return say(.unknown, "\(problem)") }
      return say(
        .failing, "the kubelet does not start: \(problem)", evidence: [Evidence(problem.source, problem.message)],
        remedy: "\(edit(problem.source)); systemctl restart kubelet.service")
    }
    guard case .known(let path, _) = facts.configurationFile else {
      return say(
        .failing, "the kubelet does not start: \(expected): no such file",
        remedy: "kubeadm upgrade node phase kubelet-config; systemctl restart kubelet.service")
    }
    if let verdict = wrongKind(path) { return verdict }
    if let missing = observation.missingResolvConf { return noResolvConf(missing) }
    return runtime(path)
  }

  /// Without it and without bootstrap-kubelet.conf the kubelet ends at its start: "unable to load bootstrap kubeconfig"
  /// (cmd/kubelet/app/server.go of 1.20 to 1.36). One that runs goes on until then.
  private func lost(_ sign: String) -> Verdict {
    let path = "/etc/kubernetes/kubelet.conf"
    return say(
      .failing, "\(path) is gone, although this node has joined a cluster: the kubelet does not start without it",
      evidence: [Evidence(path, "no such file"), Evidence(sign, "present")],
      remedy: """
        kubeadm kubeconfig user --org system:nodes --client-name system:node:NODE > kubelet.conf on a control-plane \
        node; put it here as \(path); systemctl restart kubelet.service
        """)
  }

  /// A file of another kind, such as a kubeconfig, ends the kubelet (decoding of pkg/kubelet/kubeletconfig/util/codec,
  /// the same in every version since the file became beta in 1.10).
  private func wrongKind(_ path: String) -> Verdict? {
    let configuration = observation.facts.configuration
    for (key, wanted) in [("kind", "KubeletConfiguration"), ("apiVersion", "kubelet.config.k8s.io/v1beta1")] {
      guard case .known(let value?, let source) = configuration.text([key]), value != wanted else { continue }
      return say(
        .failing, "the kubelet does not start: \(key) is '\(PlainText.short(value))', not \(wanted)",
        evidence: [Evidence(source, value)], remedy: "\(edit(source)); systemctl restart kubelet.service")
    }
    return nil
  }

  /// The kubelet reads the file for every sandbox of a pod that it makes (pkg/kubelet/network/dns).
  private func noResolvConf(_ missing: Evidence) -> Verdict {
    say(
      .failing, "no pod starts: the kubelet takes the pods' resolv.conf from \(missing.value), which is not there",
      evidence: [missing],
      remedy: "sed -i.bak 's|^resolvConf:.*|resolvConf: /etc/resolv.conf|' \(file(missing.source)); "
        + "systemctl restart kubelet.service")
  }

  private func runtime(_ path: String) -> Verdict {
    switch observation.runtime {
    case .wrong(let endpoint, let source):
      say(
        .failing, "the kubelet does not start: '\(PlainText.short(endpoint))' is no unix socket",
        evidence: [Evidence(source, endpoint)])
    case .other(let endpoint, let source, let found):
      say(
        .failing, "the kubelet looks for its runtime at \(endpoint), where nothing is; there is \(found)",
        evidence: [Evidence(source, endpoint)],
        remedy: "sed -i.bak 's|\(endpoint)|unix://\(found)|' \(file(source)); systemctl restart kubelet.service")
    case .fine(let endpoint):
      say(
        .ok, "the kubelet can read its configuration",
        evidence: [Evidence(path, "parses"), Evidence("containerRuntimeEndpoint", endpoint)])
    case .unknown: say(.ok, "the kubelet can read its configuration", evidence: [Evidence(path, "parses")])
    }
  }

  private var expected: String {
    observation.facts.configuration.flags.last { $0.name == "config" }?.value ?? "/var/lib/kubelet/config.yaml"
  }

  /// `FILE:LINE:COLUMN` becomes an editor at that line.
  private func edit(_ source: String) -> String {
    let parts = source.split(separator: ":")
    return parts.count > 1 ? "editor +\(parts[1]) \(parts[0])" : "editor \(source)"
  }

  /// The file of `FILE:LINE` or `--FLAG in FILE`.
  private func file(_ source: String) -> String {
    let path = source.firstRange(of: " in ").map { source[$0.upperBound...] } ?? source[...]
    return String(path.prefix { $0 != ":" })
  }

  private func say(
    _ state: CheckState, _ summary: String, evidence: [Evidence] = [], remedy: String? = nil
  ) -> Verdict {
    Verdict("kubelet.configuration", state, summary, evidence: evidence, remedy: remedy)
  }
}
