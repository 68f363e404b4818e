import AgentCore
import AgentHost

/// Whether pods can be limited in memory, now and after the next boot.
///
/// A Raspberry Pi's firmware puts `cgroup_disable=memory` before what cmdline.txt says; `cgroup_enable=memory` there
/// takes it back (raspberrypi/linux#6980: which of two words counts depends on the kernel, so both are appended).
struct CgroupMemoryJudge {
  private static let on = "cgroup_enable=memory"
  private static let off = "cgroup_disable=memory"

  private let observation: CgroupsObservation

  init(_ observation: CgroupsObservation) { self.observation = observation }

  var verdict: Verdict {
    guard observation.version.value != nil else {
      let reason = observation.version.error?.description ?? "no control groups are mounted at \(CgroupVersion.path)"
      return say(.unknown, reason)
    }
    guard let offered = observation.controllers.value else {
      return say(.unknown, observation.controllers.error?.description ?? "\(CgroupsSource.controllers): no such file")
    }
    return offered.contains("memory") ? present : missing
  }

  private var present: Verdict {
    let isAskedFor = observation.commandLine.value?.contains(Self.on) == true
    let isRefused = observation.commandLine.value?.contains(Self.off) == true
    if let file = observation.bootFile.value, observation.board != nil, isRefused, isAskedFor,
      !file.words.contains(Self.on)
    {
      return say(
        .warning, "on now, off after a reboot: \(file.path) no longer says \(Self.on)",
        remedy: Self.append(to: file.path))
    }
    if observation.board != nil, let error = observation.bootFile.error ?? observation.commandLine.error {
      return say(.unknown, "on now; whether the next boot keeps it cannot be seen: \(error)")
    }
    return say(.ok, "the memory controller is on")
  }

  private var missing: Verdict {
    let summary = "the memory controller is off: the kubelet will not start, and pods cannot be limited"
    guard let board = observation.board else {
      return say(.failing, summary, remedy: plainRemedy)
    }
    switch observation.bootFile {
    case .known(let file, _) where file.words.contains(Self.on):
      return say(.failing, summary + "; \(file.path) has it, the \(board) was not rebooted since", remedy: "reboot")
    case .known(let file, _): return say(.failing, summary, remedy: Self.append(to: file.path))
    case .absent, .unreadable:
      return say(.failing, summary, remedy: Self.append(to: BootCommandLineFile.raspberry[0]))
    }
  }

  private var plainRemedy: String {
    guard let words = observation.commandLine.value, words.contains(Self.off) else {
      return "boot a kernel built with CONFIG_MEMCG=y"
    }
    return "sed -i.bak 's/ *\(Self.off)//' \(BootCommandLineFile.grub); update-grub; reboot"
  }

  private static func append(to path: String) -> String {
    "sed -i.bak '1s/$/ \(on) cgroup_memory=1/' \(path); reboot"
  }

  private func say(_ state: CheckState, _ summary: String, remedy: String? = nil) -> Verdict {
    var evidence: [Evidence] = []
    if case .known(let offered, let source) = observation.controllers {
      evidence.append(Evidence(source, offered.joined(separator: " ")))
    }
    if case .known(let words, let source) = observation.commandLine, !words.isEmpty {
      evidence.append(Evidence(source, words.joined(separator: " ")))
    }
    if case .known(let file, let source) = observation.bootFile {
      evidence.append(
        Evidence(source, file.words.isEmpty ? "says nothing of cgroups" : file.words.joined(separator: " ")))
    }
    if case .unreadable(let error) = observation.bootFile { evidence.append(Evidence(error.path, error.text)) }
    return Verdict("cgroups.memory", state, summary, evidence: evidence, remedy: remedy)
  }
}
