import AgentHost
import AgentCore

/// Judges `sysctl.values`: what a parameter is now.
struct SysctlValueJudge {
  static let check: CheckID = "sysctl.values"

  let observation: SysctlObservation

  func verdict(_ key: SysctlKey) -> Verdict {
    switch SysctlRelevance(key, on: observation) {
    case .skipped(let reason): return say(key, .skipped, reason)
    case .hidden(let evidence):
      return say(
        key, .unknown, "cannot be judged: whether it matters here cannot be seen (\(evidence.value))", [evidence])
    case .applies(let reasons):
      switch observation.values[key.name] ?? .absent {
      case .known(let value, let source): return compared(key, value, [Evidence(source, value)] + reasons)
      case .absent: return missing(key, reasons)
      case .unreadable(let error):
        return say(key, .unknown, "cannot be read: \(error.text)", [Evidence(error.path, error.text)] + reasons)
      }
    }
  }

  private func compared(_ key: SysctlKey, _ value: String, _ evidence: [Evidence]) -> Verdict {
    if key.expectation.accepts(value) { return say(key, .ok, "is \(value)", evidence) }
    let setting = setting(key)
    return say(
      key, key.severity, "is \(value), not \(key.expectation.text): \(key.consequence)", evidence + setting,
      remedy: "sysctl -w \(SysctlRemedy.assignment(key))")
  }

  /// The line of a file that set it so, for what is never judged for persistence is set by one all the same.
  private func setting(_ key: SysctlKey) -> [Evidence] {
    guard case .line(let line, _) = observation.configuration.nextBoot(key) else { return [] }
    return [Evidence(line.source, line.text)]
  }

  private func missing(_ key: SysctlKey, _ reasons: [Evidence]) -> Verdict {
    let evidence = [Evidence(key.name.file, "no such file")] + reasons
    switch key.condition {
    case .bridge where kernelIsSeen:
      return say(
        key, key.severity, "is not there: the module br_netfilter is not loaded; \(key.consequence)", evidence,
        remedy: "modprobe br_netfilter && sysctl -w \(SysctlRemedy.assignment(key))")
    case .dualStack where kernelIsSeen:
      return say(
        key, key.severity, "is not there: the kernel has IPv6 switched off; \(key.consequence)", evidence,
        remedy: "sed -i.bak 's/ipv6.disable=1//' /etc/default/grub && update-grub && reboot")
    default: return say(key, .unknown, "is not there: \(key.name.file) does not exist", evidence)
    }
  }

  /// A recorded tree without any parameter says nothing about the kernel.
  private var kernelIsSeen: Bool { observation.values["net.ipv4.ip_forward"]?.value != nil }

  private func say(
    _ key: SysctlKey, _ state: CheckState, _ text: String, _ evidence: [Evidence] = [], remedy: String? = nil
  ) -> Verdict {
    Verdict(
      Self.check, subject: key.name.description, state, state == .skipped ? text : "\(key.name) \(text)",
      evidence: evidence, remedy: remedy, lost: key.lost)
  }
}
