import AgentText
import AgentCore
import AgentHost
import AgentKnowledge

/// The words for what ``SwapPolicyTable`` says of one swap area.
struct SwapTexts {
  let device: SwapDevice
  let expect: SwapExpectation
  let kubelet: KubeletSwapFacts
  let kernel: Fact<String>

  func summary(_ outcome: SwapPolicyTable.Outcome) -> String {
    switch outcome.rule {
    case .undecided: undecided(outcome)
    case .failSwapOn: refusal("swap is on and failSwapOn is true")
    case .gateLocked: refusal("NodeSwap=false is set, and the gate is locked to true since 1.34")
    case .gateNotKnown: refusal("the feature gate NodeSwap is not known before 1.22")
    case .behaviorNeedsGate: refusal("memorySwap.swapBehavior is set while the feature gate NodeSwap is off")
    case .behaviorNotKnown: refusal("memorySwap.swapBehavior=\(behavior) is not a value of its version")
    case .notExpected: "swap is on, and none is expected (swap.policy: expect: none)"
    default: state(outcome.rule)
    }
  }

  /// Swap is tolerated.
  private func state(_ rule: SwapRule) -> String {
    switch rule {
    case .beforeNodeSwap: "swap is tolerated but not managed: before 1.22 the kubelet sets no limit for pods"
    case .gateOff:
      "swap is tolerated but not managed: the feature gate NodeSwap is off, so the kubelet sets no limit for pods"
    case .cgroupV1: "swap is tolerated but of no use to pods: the kubelet manages swap on cgroup v2 only"
    case .behaviorNotSet:
      "swap is tolerated but not configured: failSwapOn is false and memorySwap.swapBehavior is not set"
    case .alpha: "swap is configured, but support for it is alpha before 1.28"
    case .unlimited: "pods may use all swap; UnlimitedSwap is gone from 1.30 on, and that kubelet will not start"
    case .zram:
      "swap is configured, but on zram, which Kubernetes does not support: what is swapped out still takes memory"
    case .secretsOnDisk:
      "swap is configured, but Secrets may reach the disk: that takes kubelet 1.31 and kernel 6.4 to prevent"
    default: expect == .any ? "swap is on, and the kubelet tolerates it" : "swap is on and configured (\(behavior))"
    }
  }

  func remedy(_ outcome: SwapPolicyTable.Outcome, boot: [BootSwap]) -> String {
    switch outcome.rule {
    case .gateLocked, .gateNotKnown:
      "remove NodeSwap from \(place(kubelet.gate.source)); systemctl restart kubelet"
    case .behaviorNeedsGate, .behaviorNotKnown, .unlimited:
      "set memorySwap.swapBehavior to LimitedSwap (and, before 1.30, featureGates.NodeSwap to true) in "
        + "\(place(kubelet.behavior.source)); systemctl restart kubelet"
    case .behaviorNotSet:
      "set memorySwap.swapBehavior to NoSwap or LimitedSwap in \(Self.configuration), systemctl restart kubelet; "
        + "or turn swap off: \(off(boot))"
    default: off(boot)
    }
  }

  private func refusal(_ reason: String) -> String {
    kubelet.isFuture
      ? "a kubelet that joins from here will not start: \(reason)" : "the kubelet will not start: \(reason)"
  }

  private func undecided(_ outcome: SwapPolicyTable.Outcome) -> String {
    let versions = outcome.possibilities.map { possibility in
      let low = possibility.minors.lowerBound
      let high = possibility.minors.upperBound
      let range =
        high == SwapPolicyTable.knownMinors.upperBound && low != high
        ? "1.\(low) and later" : low == high ? "1.\(low)" : "1.\(low)–1.\(high)"
      return "\(range): \(possibility.state.rawValue)"
    }
    var seen: Set<String> = []
    let distinct = versions.filter { seen.insert($0).inserted }
    return "swap is on; what the kubelet makes of it hangs on facts that are not known ("
      + distinct.joined(separator: "; ") + ")"
  }

  private func off(_ boot: [BootSwap]) -> String {
    if device.kind == .lent {
      return "on the host of this container: swapoff -a, or keep its swap from it (pct set ID --swap 0; "
        + "lxc config set NAME limits.memory.swap false), and start the container anew"
    }
    let now =
      device.isDeleted ? "reboot (the swap file was removed while in use)" : "swapoff \(ShellWord.quote(device.path))"
    // What keeps it off after a reboot comes first where the reboot is the cure.
    let later = boot.map(\.remedy)
    return (device.isDeleted ? later + [now] : [now] + later).joined(separator: "; ")
  }

  private func place(_ source: String) -> String {
    source == KubeletConfiguration.defaultSource ? Self.configuration : source
  }

  private var behavior: String { (kubelet.behavior.value ?? nil) ?? "not set" }
  private static let configuration = "/var/lib/kubelet/config.yaml"
}
