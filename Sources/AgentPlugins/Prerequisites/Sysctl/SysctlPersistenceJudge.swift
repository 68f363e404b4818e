import AgentHost
import AgentKnowledge
import AgentCore

/// Judges `sysctl.persistent`: what the next boot makes of a parameter.
struct SysctlPersistenceJudge {
  static let check: CheckID = "sysctl.persistent"

  let observation: SysctlObservation

  func verdict(_ key: SysctlKey) -> Verdict {
    switch key.owner {
    case .kubeProxy: return say(key, .skipped, "kube-proxy sets it at each start; it is not kept in files")
    case .cni: return say(key, .skipped, "the network plugin owns it; it is not kept in files")
    case .host, .kubelet: break
    }
    switch SysctlRelevance(key, on: observation) {
    case .skipped(let reason): return say(key, .skipped, reason)
    case .hidden(let evidence):
      return say(key, .unknown, "whether it matters here cannot be seen: \(evidence.value)", [evidence])
    case .applies: return judged(key)
    }
  }

  private func judged(_ key: SysctlKey) -> Verdict {
    switch observation.configuration.nextBoot(key) {
    case .hidden(let error):
      return say(
        key, .unknown, "what the next boot sets cannot be seen: \(error)", [Evidence(error.path, error.text)])
    case .line(let line, let losing): return decided(key, by: line, losing: losing)
    case .commandLine(let line): return decided(key, by: line, losing: [])
    case .nothing: return unset(key)
    }
  }

  private func decided(_ key: SysctlKey, by line: SysctlAssignment, losing: [SysctlAssignment]) -> Verdict {
    let value = line.value ?? ""
    let evidence = [Evidence(line.source, line.text)] + overridden(by: line) + losing.map { lost($0, to: line) }
    let others = losing.isEmpty ? "" : ", against \(losing.map(\.source).joined(separator: ", "))"
    guard key.expectation.accepts(value) else {
      return say(
        key, .warning,
        "\(now(key)), \(value) after a reboot: \(line.source) sets it, not \(key.expectation.text)\(others)",
        evidence + current(key), remedy: persist(key, over: line))
    }
    return say(key, .ok, "\(value) after a reboot: \(line.source) sets it\(others)\(when(key))", evidence)
  }

  private func persist(_ key: SysctlKey, over line: SysctlAssignment) -> String {
    line.path == observation.configuration.firewall.path
      ? SysctlRemedy.persist(key, inFirewallFile: line.path) : SysctlRemedy.persist(key, over: line)
  }

  /// No file sets it.
  private func unset(_ key: SysctlKey) -> Verdict {
    let value = observation.values[key.name]?.value
    guard value != nil || !observation.configuration.list.directories.isEmpty else {
      return say(key, .unknown, "neither its value nor a sysctl.d directory is there to read", current(key))
    }
    switch key.kernelDefault {
    case .value(let starting) where key.expectation.accepts(starting):
      return say(key, .ok, "\(starting) after a reboot: no file sets it, and the kernel starts with it\(when(key))")
    case .byMemory:
      guard let value else { return say(key, .unknown, "no file sets it, and its value cannot be read", current(key)) }
      if key.expectation.accepts(value) {
        return say(key, .ok, "no file sets it; the kernel sizes it by the memory, now \(value)", current(key))
      }
      return lacking(key, "about \(value)")
    case .value(let starting): return lacking(key, starting)
    case .notKnown: return lacking(key, nil)
    }
  }

  private func lacking(_ key: SysctlKey, _ starting: String?) -> Verdict {
    let after = starting.map { ", \($0) after a reboot" } ?? ", not sure after a reboot"
    let unread = observation.configuration.unread(key)
    let reason =
      unread.map { "it is set only in \($0.source), which the next boot does not read" } ?? "no file sets it"
    return say(
      key, .warning, "\(now(key))\(after): \(reason)",
      current(key) + (unread.map { [Evidence($0.source, $0.text)] } ?? []), remedy: SysctlRemedy.persist(key))
  }

  /// How it stands now, at the beginning of a sentence.
  private func now(_ key: SysctlKey) -> String {
    guard let value = observation.values[key.name]?.value else { return "not to be seen now" }
    return key.expectation.accepts(value) ? "\(value) right now" : "\(value) now"
  }

  private func current(_ key: SysctlKey) -> [Evidence] {
    switch observation.values[key.name] ?? .absent {
    case .known(let value, let source): [Evidence(source, value)]
    case .absent: [Evidence(key.name.file, "no such file")]
    case .unreadable(let error): [Evidence(error.path, error.text)]
    }
  }

  private func overridden(by line: SysctlAssignment) -> [Evidence] {
    observation.configuration.overridden(by: line).map { Evidence($0, "not read: \(line.path) has the same name") }
  }

  private func lost(_ line: SysctlAssignment, to winner: SysctlAssignment) -> Evidence {
    Evidence(line.source, "\(line.text), overridden by \(winner.source)")
  }

  private func when(_ key: SysctlKey) -> String {
    key.condition == .bridge || key.name.path.hasPrefix("net/bridge/")
      ? " (systemd's udev rule applies it when br_netfilter loads)" : ""
  }

  private func say(
    _ key: SysctlKey, _ state: CheckState, _ text: String, _ evidence: [Evidence] = [], remedy: String? = nil
  ) -> Verdict {
    Verdict(
      Self.check, subject: key.name.description, state, state == .skipped ? text : "\(key.name): \(text)",
      evidence: evidence, remedy: remedy)
  }
}
