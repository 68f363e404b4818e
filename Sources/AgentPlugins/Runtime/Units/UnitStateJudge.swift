import AgentText
import AgentCore
import AgentHost

/// Whether one unit does what it is for.
struct UnitStateJudge {
  /// A start may take so long.
  static let patience = Duration.seconds(60)
  /// So long after boot a start may wait for others.
  static let bootPatience = Duration.seconds(300)

  let unit: WatchedUnit
  let takenAt: HostTime

  /// nil where nothing is to be said: a unit that nobody needs and that does not run.
  var verdict: Verdict? {
    let status: UnitStatus
    switch unit.status {
    case .failure(let error): return say(.unknown, error.message)
    case .success(let found): status = found
    }
    if unit.interest == .notJoined { return notJoined(status) }
    guard status.exists else {
      guard case .needed(let reason) = unit.interest else { return nil }
      return say(.failing, "there is no such unit, although \(reason)", remedy: install)
    }
    switch status.active {
    case "active", "reloading", "refreshing": return say(.ok, running(status))
    case "failed": return failed(status)
    case "activating": return activating(status)
    case "deactivating": return say(unit.isNeeded ? .failing : .warning, "is being stopped")
    case "maintenance": return say(.warning, "is in maintenance")
    default: return stopped(status)
    }
  }

  private func notJoined(_ status: UnitStatus) -> Verdict? {
    guard status.exists else { return nil }
    return say(.skipped, "not joined yet: a kubelet restarts every 10 s until kubeadm has configured it")
  }

  private func running(_ status: UnitStatus) -> String {
    guard let since = status.activeSince else { return status.active == "active" ? "runs" : "is \(status.active)" }
    return "runs for \(since.elapsed(until: takenAt).spoken)"
  }

  private func failed(_ status: UnitStatus) -> Verdict {
    guard let service = status.service else { return say(.failing, "has failed") }
    // systemd keeps the Result of the last run when a restart of its own meets the start limit.
    let hasGivenUp = service.restart != "no" && service.restarts > 0 && service.result != "start-limit-hit"
    let restart =
      hasGivenUp || service.result == "start-limit-hit"
      ? "systemctl reset-failed \(unit.name); systemctl start \(unit.name)" : "systemctl restart \(unit.name)"
    let words = hasGivenUp ? "; after \(service.restarts) restarts systemd no longer starts it" : ""
    return say(
      .failing, UnitEnding.words(service) + words,
      remedy: "journalctl -u \(unit.name) -n 50 --no-pager; \(restart)")
  }

  private func activating(_ status: UnitStatus) -> Verdict {
    if status.sub.hasPrefix("auto-restart"), let service = status.service {
      let pause = service.restartPause.map { " within \($0.spoken)" } ?? ""
      return say(
        .failing, "\(UnitEnding.words(service)); systemd starts it again\(pause)",
        remedy: "journalctl -u \(unit.name) -n 50 --no-pager")
    }
    let lasted = status.changedAt.map { $0.elapsed(until: takenAt) } ?? .zero
    guard lasted > Self.patience else { return say(.ok, "is being started") }
    return say(
      .warning, "is being started for \(lasted.spoken) (\(status.sub))", remedy: "systemctl status \(unit.name)")
  }

  private func stopped(_ status: UnitStatus) -> Verdict? {
    if status.load == "masked" {
      guard unit.isNeeded else { return nil }
      return say(
        .failing, "is masked: it cannot be started",
        remedy: "systemctl unmask \(unit.name); systemctl enable --now \(unit.name)")
    }
    guard status.load == "loaded" else {
      return say(
        unit.isNeeded ? .failing : .warning, "its unit file is wrong (\(status.load))",
        remedy: "systemd-analyze verify \(unit.name)")
    }
    if status.hasJob, unit.isNeeded || status.file == "enabled" { return queued(status) }
    if case .needed(let reason) = unit.interest {
      let since = status.changedAt.map { " for \($0.elapsed(until: takenAt).spoken)" } ?? ""
      return say(.failing, "is stopped\(since), although \(reason)", remedy: "systemctl start \(unit.name)")
    }
    // A firewall that is stopped on purpose has a check of its own.
    guard status.file == "enabled", unit.name != UnitInterests.firewall else { return nil }
    return say(.warning, "is enabled, but does not run", remedy: "systemctl start \(unit.name)")
  }

  /// systemd does not tell how long a job waits: at boot it does for what is ordered before it, later it hardly should.
  private func queued(_ status: UnitStatus) -> Verdict {
    let sinceChange = status.changedAt.map { $0.elapsed(until: takenAt) }
    guard .nanoseconds(takenAt.bootNanoseconds) > Self.bootPatience, sinceChange.map({ $0 > Self.patience }) ?? true
    else {
      return say(.ok, "is about to be started")
    }
    return say(.warning, "does not run: its start waits in systemd's queue", remedy: "systemctl list-jobs")
  }

  private var install: String {
    switch unit.name {
    case UnitInterests.crio: "apt install cri-o; systemctl enable --now crio.service"
    case UnitInterests.kubelet: "apt install kubelet; systemctl enable --now kubelet.service"
    case UnitInterests.nfsServer: "apt install nfs-kernel-server; systemctl enable --now nfs-server.service"
    default: "systemctl status \(unit.name)"
    }
  }

  private func say(_ state: CheckState, _ summary: String, remedy: String? = nil) -> Verdict {
    Verdict(
      "units.state", subject: unit.name.description, state, summary, evidence: unit.evidence, remedy: remedy,
      lost: UnitPlanes.lost(with: unit.name), atRisk: UnitPlanes.of(unit.name))
  }
}

/// What users lose with a unit.
enum UnitPlanes {
  /// Keepalived only moves an address: another host takes it over, and what says that nobody did is `vip.claimants`.
  static func lost(with unit: UnitName) -> [Plane] { unit == UnitInterests.keepalived ? [] : of(unit) }

  static func of(_ unit: UnitName) -> [Plane] {
    switch unit {
    case UnitInterests.crio, UnitInterests.containerd, UnitInterests.dockerShim, UnitInterests.docker,
      UnitInterests.kubelet:
      [.workloads]
    case UnitInterests.keepalived, UnitInterests.haproxy: [.administration]
    case UnitInterests.tunnelClient, UnitInterests.tunnelServer: [.internetAccess]
    case UnitInterests.nfsServer: [.storage]
    default: []
    }
  }
}

extension WatchedUnit {
  /// The bus properties that verdicts rest on, and the last lines of a unit that failed.
  var evidence: [Evidence] {
    guard case .success(let status) = status else { return [] }
    var evidence = [
      Evidence("systemd ActiveState", "\(status.active) (\(status.sub))"), Evidence("systemd LoadState", status.load),
    ]
    if !status.file.isEmpty { evidence.append(Evidence("systemd UnitFileState", status.file)) }
    if let service = status.service, service.result != "success", !service.result.isEmpty {
      evidence.append(Evidence("systemd Result", "\(service.result), status \(service.status)"))
    }
    return evidence + log.map { Evidence("journal", $0) }
  }
}
