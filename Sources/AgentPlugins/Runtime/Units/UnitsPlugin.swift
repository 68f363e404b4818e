package import AgentCore
import AgentHost
package import AgentKnowledge
package import AgentText

/// The services that a node lives by, as systemd sees them.
package struct UnitsPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "units", area: .runtime, summary: "The container runtime, the kubelet and other services of a node.",
    checks: UnitsChecks.all, rhythm: .every(.seconds(300)), deadline: .seconds(3),
    requirements: [
      Requirement(.file(SystemBus.socket), for: UnitsChecks.all.map(\.id), permission: "access to the system bus")
    ])
  /// Logs are read for so many units at most.
  private static let mostLogs = 4

  private let host: Host
  private let settings: UnitsSettings
  private let window = RestartWindow()

  /// Watches a host.
  package init(host: Host, settings: UnitsSettings) {
    self.host = host
    self.settings = settings
  }

  /// systemd's signals of the units that are, or may become, of interest.
  package func triggers() -> AsyncStream<Trigger> {
    host.systemd.changes(of: UnitInterests.known + settings.watched.filter { !UnitInterests.known.contains($0) })
  }

  /// Asks systemd for every unit, and the journal for those that failed.
  package func observe(at time: HostTime) async throws -> UnitsObservation {
    let kubelet = try await host.kubelet.facts()
    let (roles, configured) = (host.roles, settings.watched)
    let (interests, isSystemd) = try await host.read { files in
      (
        UnitInterests.find(files, kubelet: kubelet, roles: roles, configured: configured),
        try files.kind("/run/systemd/system") == .directory
      )
    }
    let found = await host.systemd.units(interests.map(\.name))
    let provided = await provided(interests, found)
    var units: [WatchedUnit] = []
    var logs = 0
    for (name, interest) in UnitAliases.distinct(interests, found) {
      guard let status = found[name] else { continue }
      let interest = provided.contains(name) ? .known : interest
      var unit = WatchedUnit(name: name, interest: interest, status: status)
      if case .success(let status) = status {
        unit.recentRestarts = window.add(name, restarts: status.automaticRestarts, at: time)
        if logs < Self.mostLogs, interest != .notJoined, status.hasEndedBadly {
          logs += 1
          unit.log = await host.systemd.lastLines(of: name) ?? []
        }
      }
      units.append(unit)
    }
    return UnitsObservation(takenAt: time, isSystemd: isSystemd, units: units)
  }

  /// The needed units that do not run while a process of their program does.
  private func provided(
    _ interests: [(name: UnitName, interest: WatchedUnit.Interest)], _ found: [UnitName: Result<UnitStatus, BusError>]
  ) async -> Set<UnitName> {
    let idle = interests.filter { name, interest in
      guard case .needed = interest, !settings.watched.contains(name), UnitInterests.program(of: name) != nil,
        case .success(let status) = found[name]
      else { return false }
      return !status.exists || status.active == "inactive"
    }
    guard !idle.isEmpty, case .success(let processes) = await host.processes() else { return [] }
    return Set(
      idle.map(\.name).filter { unit in
        UnitInterests.program(of: unit).map { processes.first(named: $0) != nil } == true
      })
  }

  /// Verdicts of the units that exist or are needed.
  package func judge(_ observation: UnitsObservation) -> [Verdict] {
    // Without a bus there is one thing to say, not one for every unit.
    if let error = observation.commonProblem {
      guard observation.isSystemd || error.reason != .unavailable else {
        return UnitsChecks.all.map { Verdict($0.id, .skipped, "systemd did not start this host") }
      }
      return UnitsChecks.all.map { Verdict($0.id, .unknown, error.message) }
    }
    let units = observation.units
    let judged: [(CheckID, [Verdict])] = [
      ("units.state", units.compactMap { UnitStateJudge(unit: $0, takenAt: observation.takenAt).verdict }),
      ("units.enabled", units.compactMap { UnitEnabledJudge(unit: $0).verdict }),
      ("units.restarts", units.compactMap { UnitRestartsJudge(unit: $0, takenAt: observation.takenAt).verdict }),
    ]
    return judged.flatMap { check, verdicts in
      verdicts.isEmpty ? [Verdict(check, .skipped, "none of the services that the agent knows is here")] : verdicts
    }
  }

  /// The state of every unit that exists or is needed.
  package func metrics(_ observation: UnitsObservation) -> [MetricFamily] { UnitsMetrics.families(observation) }
}

extension UnitsObservation {
  /// The error that every unit has; nil when one could be asked for.
  fileprivate var commonProblem: BusError? {
    var first: BusError?
    for unit in units {
      guard case .failure(let error) = unit.status else { return nil }
      first = first ?? error
    }
    return first
  }
}

extension UnitStatus {
  /// Whether its log may tell why.
  fileprivate var hasEndedBadly: Bool { active == "failed" || sub.hasPrefix("auto-restart") }
}

/// What systemd said of the watched units.
package struct UnitsObservation: Sendable, Equatable {
  /// When it was asked.
  package var takenAt: HostTime
  /// Whether systemd started this host: /run/systemd/system exists (sd_booted(3)).
  var isSystemd: Bool
  var units: [WatchedUnit]
}

/// One unit of interest.
struct WatchedUnit: Sendable, Equatable {
  /// Why it is looked at.
  enum Interest: Sendable, Equatable {
    /// The host's role or the configuration needs it; the reason in words.
    case needed(String)
    /// It matters where it exists.
    case known
    /// The kubelet of a host that has not joined a cluster restarts by design.
    case notJoined
  }

  var name: UnitName
  var interest: Interest
  var status: Result<UnitStatus, BusError>
  /// Automatic restarts in the last ten minutes, as far as they were watched; nil at the first look.
  var recentRestarts: RestartWindow.Count?
  /// Its last lines in the journal, asked for only when it has failed.
  var log: [String] = []

  var isNeeded: Bool { if case .needed = interest { true } else { false } }
}

/// What the configuration says of `units.state`.
///
///     units.state: {watch: [tunnel@home.service, postgresql.service]}
package struct UnitsSettings: SettingsSection, Sendable {
  /// Units that must run on this host besides those that the agent knows.
  let watched: [UnitName]

  /// Reads `units.state`.
  package init(from reader: SettingsReader) {
    watched = reader.check("units.state", as: StateSettings.self).watched
  }
}

/// The keys of `units.state`.
private struct StateSettings: SettingsSection {
  let watched: [UnitName]

  init(from reader: SettingsReader) { watched = reader.list("watch") }
}
