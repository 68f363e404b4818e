import AgentKnowledge
import AgentHost
import AgentCore

/// Judges what the next boot does to swap, against what is on now.
struct SwapPersistenceJudge {
  private let observation: SwapObservation
  private let kubelet: KubeletSwapFacts
  private let expect: SwapExpectation
  private var boot: SwapBootFacts { observation.boot }

  init(_ observation: SwapObservation, expect: SwapExpectation) {
    self.observation = observation
    self.expect = expect
    kubelet = KubeletSwapFacts(observation.kubelet)
  }

  func verdict() -> Verdict {
    guard let problem = blindness else { return boot.swaps.isEmpty ? withoutBoot() : withBoot() }
    return Verdict(
      SwapChecks.persistent, .unknown, "what the next boot does to swap could not be seen: \(problem.value)",
      evidence: boot.unreadable.map { Evidence($0.path, $0.text) } + boot.notes)
  }

  /// Why nothing can be said; found swap can be said whatever else was hidden.
  private var blindness: Evidence? {
    guard boot.swaps.isEmpty else { return nil }
    if let error = boot.unreadable.first { return Evidence(error.path, "\(error)") }
    return boot.hasSystem ? nil : Evidence(Fstab.path, "neither /etc/fstab nor a directory of systemd's units is there")
  }

  /// Swap areas in use; nil when that could not be seen.
  ///
  /// What a container is lent is turned on by the machine, not by a file here.
  private var devices: [SwapDevice]? {
    switch observation.swaps {
    case .known(let devices, _): devices.filter { $0.kind != .lent }
    case .absent: observation.kernelRelease.value == nil ? nil : []
    case .unreadable: nil
    }
  }

  /// Whether swap may stay on; nil when the kubelet's settings are not known.
  private var isTolerated: Bool? { expect == .none ? false : kubelet.toleratesSwap }

  private func withoutBoot() -> Verdict {
    let nothing = "nothing turns swap on at boot"
    guard let devices, !devices.isEmpty, isTolerated != false else {
      if devices == nil, isTolerated != false {
        return make(.unknown, "\(nothing); whether it is on now could not be seen")
      }
      return make(.ok, nothing)
    }
    guard isTolerated == true else {
      return make(.unknown, "\(nothing); whether the swap that is on now is wanted is not known: \(reason)")
    }
    return gone(devices)
  }

  private func withBoot() -> Verdict {
    let sources = boot.swaps.map { "\($0.source) (\($0.device))" }.joined(separator: ", ")
    guard let devices else {
      return make(.unknown, "the next boot turns swap on: \(sources); whether it is on now could not be seen")
    }
    if devices.isEmpty {
      if isTolerated == true, expect == .any { return make(.ok, "the next boot turns swap on: \(sources)") }
      return make(.warning, "swap is off now, back after a reboot: \(sources)", remedy: off)
    }
    switch isTolerated {
    case nil: return make(.unknown, "swap comes back at every boot: \(sources); whether it may is not known: \(reason)")
    case false?: return make(.warning, "swap comes back at every boot: \(sources)", remedy: off)
    case true?:
      let missing = devices.filter { !isCovered($0) }
      return missing.isEmpty ? make(.ok, "swap is on now and after a reboot: \(sources)") : gone(missing)
    }
  }

  private func gone(_ devices: [SwapDevice]) -> Verdict {
    let names = devices.map(\.path).joined(separator: ", ")
    guard boot.unreadable.isEmpty else {
      return make(.unknown, "whether swap on \(names) is on after a reboot could not be seen")
    }
    let lines = devices.map { "echo '\(fstabWord($0.path)) none swap sw 0 0' >> \(Fstab.path)" }
    return make(
      .warning, "swap is on now, gone after a reboot: \(names)",
      remedy: devices.contains { $0.kind == .zram } ? nil : lines.joined(separator: "; "))
  }

  /// Whether something turns the device on again; a source whose device cannot be told may be it.
  private func isCovered(_ device: SwapDevice) -> Bool {
    boot.swaps.contains { $0.path == nil || $0.path == device.path }
  }

  private func fstabWord(_ path: String) -> String {
    path.replacing("\\", with: "\\134").replacing(" ", with: "\\040").replacing("\t", with: "\\011")
  }

  private var off: String { boot.swaps.map(\.remedy).joined(separator: "; ") }
  private var reason: String { kubelet.problem?.description ?? "the kubelet's settings are not known" }

  private func make(_ state: CheckState, _ summary: String, remedy: String? = nil) -> Verdict {
    var evidence = boot.swaps.map { Evidence($0.source, "\($0.device) by \($0.mechanism)") }
    if case .unreadable(let error) = observation.swaps { evidence.append(Evidence(error.path, error.text)) }
    evidence += boot.unreadable.map { Evidence($0.path, $0.text) } + boot.notes
    if evidence.isEmpty { evidence = [Evidence(Fstab.path, "no swap")] }
    return Verdict(SwapChecks.persistent, state, summary, evidence: evidence, remedy: remedy)
  }
}
