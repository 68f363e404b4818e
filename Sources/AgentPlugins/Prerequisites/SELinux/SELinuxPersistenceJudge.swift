import AgentCore
import AgentHost

/// Judges `selinux.persistent`: what the next boot makes of SELinux, against what is expected, or else against now.
struct SELinuxPersistenceJudge {
  static let check: CheckID = "selinux.persistent"

  let observation: SELinuxObservation
  let expect: SELinuxMode?

  var verdict: Verdict {
    if case .absent(let evidence) = observation.state {
      return say(.skipped, "no SELinux on this host", [evidence])
    }
    switch observation.nextBoot {
    case .hidden(let error):
      return say(.unknown, "what the next boot does cannot be seen: \(error)", [Evidence(error.path, error.text)])
    case .halts(let directory):
      return say(
        .warning, "the next boot stops: it is to be enforcing, and there is no policy in \(directory)",
        decisive + [Evidence(directory, "no policy")],
        remedy: SELinuxRemedy(observation).later(.permissive))
    case .mode(let mode, let cause): return judged(mode, cause)
    }
  }

  private func judged(_ mode: SELinuxMode, _ cause: SELinuxNextBoot.Cause) -> Verdict {
    guard let wanted = expect ?? observation.state.mode else {
      return say(
        .unknown, "\(mode.rawValue) after a reboot (\(reason(cause))); the mode now cannot be seen",
        [observation.state.evidence] + decisive)
    }
    guard mode == wanted else { return differing(mode, wanted, cause) }
    return say(
      .ok,
      "SELinux is \(mode.rawValue) after a reboot\(observation.state.mode == mode ? " too" : ""): \(reason(cause))",
      decisive)
  }

  private func differing(_ mode: SELinuxMode, _ wanted: SELinuxMode, _ cause: SELinuxNextBoot.Cause) -> Verdict {
    let now = observation.state.mode
    let change =
      switch now {
      case nil: "SELinux is \(mode.rawValue) after a reboot, not \(wanted.rawValue)"
      case mode: "SELinux is \(mode.rawValue) after a reboot too, not \(wanted.rawValue)"
      case .some(let now):
        "SELinux is \(now.rawValue) now, \(mode.rawValue) after a reboot\(consequence(from: now, to: mode))"
      }
    return say(
      .warning, "\(change): \(reason(cause))", [observation.state.evidence] + decisive,
      remedy: SELinuxRemedy(observation).later(wanted))
  }

  /// What a change of the mode brings.
  private func consequence(from now: SELinuxMode, to mode: SELinuxMode) -> String {
    switch (now, mode) {
    case (.disabled, .enforcing): ", with files that have no labels, so that it may not boot"
    case (.disabled, .permissive): ", with files that have no labels"
    case (_, .enforcing): ", where what is only logged now is denied"
    case (_, .permissive): ", where breaches are only logged"
    case (_, .disabled): ", where new files get no labels"
    }
  }

  private func reason(_ cause: SELinuxNextBoot.Cause) -> String {
    switch cause {
    case .switchedOff: "selinux=0 is on the kernel's command line"
    case .otherKernel: "the kernel starts without it"
    case .commandLine: "enforcing= on the kernel's command line decides"
    case .line(let line): "\(line.source) says so"
    case .noLine:
      observation.config.value.map { config in
        config.misread.map { "\($0.source) is not understood, and nothing else says" }
          ?? "no line of \(SELinuxConfig.path) says"
      } ?? "there is no \(SELinuxConfig.path)"
    case .noPolicy(let directory): "there is no policy in \(directory)"
    }
  }

  /// The line and the words that speak of the mode.
  private var decisive: [Evidence] {
    var evidence: [Evidence] = []
    let line = observation.config.value.flatMap { $0.modeLine ?? $0.misread }
    if let line { evidence.append(Evidence(line.source, line.text)) }
    if observation.config == .absent { evidence.append(Evidence(SELinuxConfig.path, "no such file")) }
    guard let words = observation.words.value else { return evidence }
    if words.isOff { evidence.append(Evidence(BootCommandLine.path, "selinux=0")) }
    if let enforcing = words.enforcing {
      evidence.append(Evidence(BootCommandLine.path, "enforcing=\(enforcing ? 1 : 0)"))
    }
    return evidence
  }

  private func say(
    _ state: CheckState, _ summary: String, _ evidence: [Evidence], remedy: String? = nil
  ) -> Verdict {
    Verdict(Self.check, state, summary, evidence: evidence, remedy: remedy)
  }
}
