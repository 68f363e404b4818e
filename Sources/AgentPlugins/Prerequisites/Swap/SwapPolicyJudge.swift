import AgentCore
import AgentHost

/// Judges the swap areas in use.
struct SwapPolicyJudge {
  private let observation: SwapObservation
  private let expect: SwapExpectation
  private let kubelet: KubeletSwapFacts

  init(_ observation: SwapObservation, expect: SwapExpectation) {
    self.observation = observation
    self.expect = expect
    kubelet = KubeletSwapFacts(observation.kubelet)
  }

  func verdicts() -> [Verdict] {
    let path = SwapSource.swapsPath
    switch observation.swaps {
    case .unreadable(let error):
      return [
        Verdict(
          SwapChecks.policy, .unknown, "whether swap is on could not be seen: \(error)",
          evidence: [Evidence(path, error.text)])
      ]
    case .absent:
      guard observation.kernelRelease.value != nil else {
        let summary = "whether swap is on could not be seen: \(path) is not there, and no other sign of a kernel"
        return [Verdict(SwapChecks.policy, .unknown, summary, evidence: [Evidence(path, "no such file")])]
      }
      return [
        Verdict(SwapChecks.policy, .ok, "no swap: the kernel has none", evidence: [Evidence(path, "no such file")])
      ]
    case .known(let devices, _):
      guard !devices.isEmpty else {
        return [Verdict(SwapChecks.policy, .ok, "no swap is on", evidence: [Evidence(path, "no swap area")])]
      }
      return devices.map(verdict)
    }
  }

  private func verdict(_ device: SwapDevice) -> Verdict {
    let fact = Evidence(SwapSource.swapsPath, text(device))
    if let problem = kubelet.problem {
      return Verdict(
        SwapChecks.policy, subject: device.path, .unknown,
        "swap is on, and whether the kubelet tolerates it is not known: \(problem)",
        evidence: [fact] + kubelet.evidence)
    }
    let outcome = SwapPolicyTable.verdict(situation(device))
    let texts = SwapTexts(device: device, expect: expect, kubelet: kubelet, kernel: observation.kernelRelease)
    return Verdict(
      SwapChecks.policy, subject: device.path, outcome.state, texts.summary(outcome),
      evidence: [fact] + kubelet.evidence + evidence(of: outcome),
      remedy: outcome.state == .ok ? nil : texts.remedy(outcome, boot: boot(of: device)))
  }

  private func situation(_ device: SwapDevice) -> SwapSituation {
    var situation = SwapSituation(kind: device.kind, expect: expect)
    kubelet.apply(to: &situation)
    situation.cgroup = observation.cgroup.value
    situation.hasNoswap = observation.kernelRelease.value.flatMap(KernelRelease.init)?.hasTmpfsNoswap
    return situation
  }

  /// What else the rule rests on.
  private func evidence(of outcome: SwapPolicyTable.Outcome) -> [Evidence] {
    switch outcome.rule {
    case .cgroupV1, .undecided, .configured:
      [evidence(observation.cgroup.map(\.rawValue), CgroupVersion.path, "cgroup ")]
        + [evidence(observation.kernelRelease, SwapSource.releasePath, "")]
    case .secretsOnDisk: [evidence(observation.kernelRelease, SwapSource.releasePath, "")]
    default: []
    }
  }

  private func evidence(_ fact: Fact<String>, _ path: String, _ prefix: String) -> Evidence {
    switch fact {
    case .known(let value, let source): Evidence(source, prefix + value)
    case .absent: Evidence(path, "not there")
    case .unreadable(let error): Evidence(error.path, error.text)
    }
  }

  /// What turns the device on again at boot; all there is where it cannot be told which.
  private func boot(of device: SwapDevice) -> [BootSwap] {
    let same = observation.boot.swaps.filter { $0.path == device.path }
    return same.isEmpty ? observation.boot.swaps.filter { $0.path == nil } : same
  }

  private static func type(_ kind: SwapDevice.Kind) -> String {
    switch kind {
    case .partition, .zram: "partition"
    case .file: "file"
    case .lent: "virtual"
    }
  }

  /// As /proc/swaps has it: name, type, KiB.
  private func text(_ device: SwapDevice) -> String {
    "\(device.path) \(Self.type(device.kind)) \(device.size / 1024)"
      + (device.isDeleted ? " (deleted)" : "")
  }
}

/// A kernel release as uname(2) gives it.
struct KernelRelease {
  let major: Int
  let minor: Int

  init?(_ text: String) {
    let numbers = text.split(separator: ".", maxSplits: 2).prefix(2).map { $0.prefix { ("0"..."9").contains($0) } }
    guard numbers.count == 2, let major = Int(numbers[0]), let minor = Int(numbers[1]) else { return nil }
    self.major = major
    self.minor = minor
  }

  /// From 6.4 on the kubelet takes tmpfs' `noswap` for given; on older kernels it tries it out, because distributions
  /// may have brought it back (pkg/kubelet/util/swap).
  var hasTmpfsNoswap: Bool { (major, minor) >= (6, 4) }
}
