import AgentKnowledge
import AgentCore
import AgentHost

/// What a kubelet makes of the control groups' version and controllers.
struct CgroupVersionJudge {
  /// Without these kubeadm's preflight ends with an error and pods cannot be limited (system-validators, cgroup v2);
  /// memory has a check of its own.
  static let required = ["cpu", "cpuset", "pids"]

  private let observation: CgroupsObservation

  init(_ observation: CgroupsObservation) { self.observation = observation }

  var verdict: Verdict {
    switch observation.version {
    case .known(.v2, _): unified
    case .known(.v1, _): old
    case .absent: say(.unknown, "no control groups are mounted at \(CgroupVersion.path)")
    case .unreadable(let error): say(.unknown, "\(error)")
    }
  }

  /// Rules of cgroup v1 (KEP-5573 and the kubelet's configuration reference): `failCgroupV1` exists since 1.31 and is
  /// false by default up to 1.34, true from 1.35 on.
  enum OldRule: Equatable {
    case starts
    case refuses
    case unclear
  }

  static func oldRule(minor: Int?, failCgroupV1: Bool?) -> OldRule {
    guard let minor else { return failCgroupV1 == false ? .starts : .unclear }
    if minor < 31 { return .starts }
    return failCgroupV1 ?? (minor >= 35) ? .refuses : .starts
  }

  private var unified: Verdict {
    guard let offered = observation.controllers.value else {
      return say(.unknown, observation.controllers.error?.description ?? "\(CgroupsSource.controllers): no such file")
    }
    let missing = Self.required.filter { !offered.contains($0) }
    guard missing.isEmpty else {
      return say(
        .failing, "the kernel does not offer \(missing.joined(separator: ", ")): the kubelet will not start",
        remedy: "boot a kernel with these controllers, and without cgroup_disable= on its command line")
    }
    if observation.isJoined, let error = observation.enabled.error {
      return say(.unknown, "whether pods are limited by them cannot be seen: \(error)")
    }
    let off = Self.required.filter { !(observation.enabled.value ?? []).contains($0) }
    if observation.isJoined, observation.enabled.value != nil, !off.isEmpty {
      return say(
        .warning, "off for the groups below the root: \(off.joined(separator: ", ")); pods are not limited by them",
        remedy: "echo '\(off.map { "+" + $0 }.joined(separator: " "))' > \(CgroupsSource.enabled)")
    }
    return say(.ok, "cgroup v2 with all controllers that pods need")
  }

  private var old: Verdict {
    let remedy = remedy
    if let problem = observation.failCgroupV1.problem, (observation.kubeletMinor ?? 31) >= 31 {
      return say(.unknown, "cgroup v1, and whether the kubelet accepts it cannot be seen: \(problem.message)")
    }
    let setting = observation.failCgroupV1.value ?? nil
    guard observation.isKubeletInstalled else {
      return say(.warning, "cgroup v1: a kubelet from 1.35 on will not start here", remedy: remedy)
    }
    switch Self.oldRule(minor: observation.kubeletMinor, failCgroupV1: setting) {
    case .refuses:
      return say(.failing, "the kubelet will not start: cgroup v1, and failCgroupV1 is true", remedy: remedy)
    case .starts:
      return say(
        .warning, "cgroup v1: the kubelet still starts, but from 1.35 on only with failCgroupV1: false", remedy: remedy)
    case .unclear:
      return say(.unknown, "cgroup v1: a kubelet from 1.35 on will not start, and its version is not known")
    }
  }

  private static let switchWord = "systemd.unified_cgroup_hierarchy"

  /// What switches version 2 off is removed; nothing is added to it, for the last word counts (kernel-command-line(7)).
  private var remedy: String {
    let isOff = { (word: String) in
      word.hasPrefix("\(Self.switchWord)=")
        && ["0", "no", "n", "false", "f", "off"].contains(word.dropFirst(Self.switchWord.count + 1).lowercased())
    }
    if let file = observation.bootFile.value, let word = file.words.last(where: isOff) {
      let pattern = word.replacing(".", with: "\\.")
      let apply = file.path == BootCommandLineFile.grub ? "update-grub; reboot" : "reboot"
      return "sed -i.bak 's/ *\(pattern)//' \(file.path); \(apply)"
    }
    if let word = observation.commandLine.value?.last(where: isOff) {
      return "grep -rnF '\(word)' /etc/default/grub.d /etc/kernel /boot/loader/entries; take it out there; reboot"
    }
    return """
      sed -i.bak 's/^GRUB_CMDLINE_LINUX="/&\(Self.switchWord)=1 /' /etc/default/grub; update-grub; reboot
      """
  }

  private func say(_ state: CheckState, _ summary: String, remedy: String? = nil) -> Verdict {
    Verdict("cgroups.version", state, summary, evidence: evidence, remedy: remedy)
  }

  private var evidence: [Evidence] {
    var evidence: [Evidence] = []
    if let version = observation.version.value {
      evidence.append(Evidence(CgroupVersion.path, "cgroup \(version.rawValue)"))
    }
    if case .known(let offered, let source) = observation.controllers, observation.version.value == .v2 {
      evidence.append(Evidence(source, offered.joined(separator: " ")))
    }
    if case .known(let enabled, let source) = observation.enabled {
      evidence.append(Evidence(source, enabled.joined(separator: " ")))
    }
    if observation.isKubeletInstalled, observation.version.value == .v1, let setting = observation.failCgroupV1.value {
      evidence.append(
        Evidence(observation.failCgroupV1.source, setting.map { "failCgroupV1=\($0)" } ?? "failCgroupV1 is not set"))
    }
    if let minor = observation.kubeletMinor { evidence.append(Evidence("kubelet", "1.\(minor)")) }
    return evidence
  }
}
