import AgentHost
import AgentCore

/// Judges `selinux.mode`: what SELinux does now, compared only with what is expected.
struct SELinuxModeJudge {
  static let check: CheckID = "selinux.mode"

  let observation: SELinuxObservation
  let expect: SELinuxMode?

  var verdict: Verdict {
    switch observation.state {
    case .hidden(let reason, let evidence): return say(.unknown, "the mode cannot be seen: \(reason)", [evidence])
    case .absent(let evidence):
      guard expect == .enforcing else { return say(.skipped, "no SELinux on this host", [evidence]) }
      return say(
        .warning, "no SELinux on this host, and enforcing is expected", [evidence],
        remedy: "install a policy and boot with security=selinux, or take expect from selinux.mode")
    case .running(let mode, let evidence):
      if let expect, expect != mode { return differing(mode, expect, evidence) }
      return mode == .enforcing && observation.hasKubelet ? enforced(evidence) : plain(mode, evidence)
    }
  }

  private func plain(_ mode: SELinuxMode, _ evidence: Evidence) -> Verdict {
    let meaning =
      switch mode {
      case .enforcing: ""
      case .permissive: ": breaches are logged, not denied"
      case .disabled: ": files get no labels"
      }
    return say(.ok, "SELinux is \(mode.rawValue)\(meaning)", [evidence])
  }

  private func differing(_ mode: SELinuxMode, _ expect: SELinuxMode, _ evidence: Evidence) -> Verdict {
    let meaning =
      switch mode {
      case .enforcing: "what its policy does not allow is denied"
      case .permissive:
        expect == .enforcing ? "breaches are logged, not denied" : "files get labels, breaches are logged"
      case .disabled: "files get no labels, and setenforce cannot switch it on"
      }
    return say(
      .warning, "SELinux is \(mode.rawValue), not \(expect.rawValue): \(meaning)", [evidence],
      remedy: SELinuxRemedy(observation).now(from: mode, to: expect))
  }

  private func enforced(_ evidence: Evidence) -> Verdict {
    switch observation.containerPolicy {
    case .known(_, let source):
      return say(.ok, "SELinux is enforcing, with rules for containers", [evidence, Evidence(source, "present")])
    case .absent:
      return say(
        .warning, "SELinux is enforcing without container-selinux: pods may not start, or be denied their files",
        [evidence, Evidence("/var/lib/selinux", "no module container")],
        remedy: SELinuxRemedy(observation).installContainerPolicy)
    case .unreadable(let error):
      return say(
        .unknown, "SELinux is enforcing; whether it has rules for containers cannot be seen: \(error)",
        [evidence, Evidence(error.path, error.text)])
    }
  }

  private func say(
    _ state: CheckState, _ summary: String, _ evidence: [Evidence], remedy: String? = nil
  ) -> Verdict {
    Verdict(Self.check, state, summary, evidence: evidence, remedy: remedy)
  }
}
