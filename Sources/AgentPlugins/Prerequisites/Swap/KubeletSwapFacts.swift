import AgentHost
import AgentCore
import AgentKnowledge

/// The part of the kubelet's settings that swap hangs on, with the evidence for it.
struct KubeletSwapFacts {
  let failSwapOn: KubeletSetting<Bool>
  let behavior: KubeletSetting<String?>
  let gate: KubeletSetting<Bool?>
  private let facts: KubeletFacts

  init(_ facts: KubeletFacts) {
    self.facts = facts
    failSwapOn = facts.configuration.bool(["failSwapOn"], flag: "fail-swap-on", default: true)
    behavior = facts.configuration.text(["memorySwap", "swapBehavior"])
    gate = facts.configuration.featureGate("NodeSwap")
  }

  /// Whether the judgement speaks of a kubelet that does not run here yet.
  var isFuture: Bool { facts.joining == .notJoined }

  /// Whether the kubelet starts with swap on, as far as `failSwapOn` goes; nil when that is not known.
  var toleratesSwap: Bool? { failSwapOn.value.map { !$0 } }

  /// Why one of the settings is not known, when it matters: with failSwapOn the others do not.
  var problem: KubeletProblem? {
    if let problem = failSwapOn.problem { return problem }
    return failSwapOn.value == true ? nil : behavior.problem ?? gate.problem
  }

  /// Puts the settings into a situation.
  func apply(to situation: inout SwapSituation) {
    situation.failSwapOn = failSwapOn.value ?? true
    situation.behavior = (behavior.value ?? nil) ?? ""
    situation.gate = gate.value ?? nil
    situation.minor = facts.version.value?.minor
  }

  /// The settings as evidence; only the first while it decides alone.
  var evidence: [Evidence] {
    var evidence = [Evidence(source(failSwapOn.source), "failSwapOn=\(failSwapOn.value.map(String.init) ?? "?")")]
    if let problem = problem { return [Evidence(problem.source, problem.message)] }
    guard failSwapOn.value == false else { return evidence }
    let shown = (behavior.value ?? nil) ?? "not set"
    evidence.append(Evidence(source(behavior.source), "memorySwap.swapBehavior=\(shown)"))
    if let gate = gate.value ?? nil { evidence.append(Evidence(source(self.gate.source), "NodeSwap=\(gate)")) }
    evidence.append(version)
    return evidence
  }

  private var version: Evidence {
    switch facts.version {
    case .known(let version, let source): Evidence(source, "kubelet \(version)")
    case .absent: Evidence("kubelet", facts.versionProblem ?? "not installed")
    case .unreadable(let error): Evidence(error.path, error.text)
    }
  }

  private func source(_ source: String) -> String {
    guard source == KubeletConfiguration.defaultSource else { return source }
    return isFuture ? "kubeadm's default" : "the kubelet's default"
  }
}
