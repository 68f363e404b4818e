import AgentText
import AgentCore
import AgentHost

/// Whether a unit that runs, or should, comes back after a reboot.
struct UnitEnabledJudge {
  /// States of a unit file that systemd does not start at boot by itself (systemctl(1), `is-enabled`).
  private static let unreliable: Set<String> = ["disabled", "masked", "masked-runtime", "linked", "linked-runtime"]

  let unit: WatchedUnit

  var verdict: Verdict? {
    guard unit.interest != .notJoined else { return nil }
    let status: UnitStatus
    switch unit.status {
    case .failure(let error): return say(.unknown, error.message)
    case .success(let found): status = found
    }
    let runs = ["active", "activating", "reloading", "refreshing"].contains(status.active)
    guard status.exists, runs || unit.isNeeded else { return nil }
    guard Self.unreliable.contains(status.file) else {
      return say(.ok, status.file.isEmpty ? "has no unit file to enable" : "is \(status.file)")
    }
    let isMasked = status.file.hasPrefix("masked")
    let now = runs ? "runs now, but " : ""
    return say(
      .warning, "\(now)is \(status.file): it does not come back after a reboot",
      remedy: isMasked
        ? "systemctl unmask \(unit.name); systemctl enable \(unit.name)" : "systemctl enable \(unit.name)")
  }

  private func say(_ state: CheckState, _ summary: String, remedy: String? = nil) -> Verdict {
    Verdict(
      "units.enabled", subject: unit.name.description, state, summary, evidence: unit.evidence, remedy: remedy,
      lost: [],
      atRisk: UnitPlanes.of(unit.name))
  }
}

/// Whether a unit ends and is started again and again.
struct UnitRestartsJudge {
  static let warns = 3
  static let fails = 5
  /// A service that runs so long without an end is no longer in its loop, as far as one look can tell.
  static let settled = Duration.seconds(120)

  let unit: WatchedUnit
  let takenAt: HostTime

  var verdict: Verdict? {
    guard unit.interest != .notJoined else { return nil }
    let status: UnitStatus
    switch unit.status {
    case .failure(let error): return say(.unknown, error.message, nil)
    case .success(let found): status = found
    }
    guard status.exists, let service = status.service else { return nil }
    let (count, words) = restarts(status, service)
    guard count >= Self.warns else {
      return count > 0 || status.active == "active" || unit.isNeeded ? say(.ok, words, service) : nil
    }
    return say(
      count >= Self.fails ? .failing : .warning, words + (UnitEnding.last(service).map { "; last it \($0)" } ?? ""),
      service,
      remedy: "journalctl -u \(unit.name) -n 100 --no-pager")
  }

  /// The restarts that count, and the same in words. One look has systemd's own count only, since the last start by hand:
  /// it speaks of now while the service waits to be started again, or was started a moment ago.
  private func restarts(_ status: UnitStatus, _ service: UnitStatus.Service) -> (Int, String) {
    if let recent = unit.recentRestarts {
      let count = Int(clamping: recent.restarts)
      return (count, "restarted \(count) times in \(min(recent.over, RestartWindow.length).spoken)")
    }
    let isYoung = status.activeSince.map { $0.elapsed(until: takenAt) < Self.settled } ?? true
    let isLooping = status.sub.hasPrefix("auto-restart") || (status.active == "active" && isYoung)
    let count = Int(clamping: service.restarts)
    return (isLooping ? count : 0, "restarted \(count) times since it was last started by hand")
  }

  private func say(
    _ state: CheckState, _ summary: String, _ service: UnitStatus.Service?, remedy: String? = nil
  ) -> Verdict {
    let count = service.map { [Evidence("systemd NRestarts", "\($0.restarts)")] } ?? []
    return Verdict(
      "units.restarts", subject: unit.name.description, state, summary, evidence: count + unit.evidence, remedy: remedy,
      lost: [], atRisk: UnitPlanes.of(unit.name))
  }
}
