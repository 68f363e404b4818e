package import AgentCore

/// What systemd says of one unit (org.freedesktop.systemd1(5)).
package struct UnitStatus: Sendable, Equatable {
  /// `Id`: the unit's own name, which another name that was asked for (`Alias=`) leads to; nil when not told.
  package var id: String?
  /// `LoadState`: loaded, not-found, bad-setting, error, masked.
  package var load: String
  /// `ActiveState`: active, reloading, inactive, failed, activating, deactivating, maintenance, refreshing.
  package var active: String
  /// `SubState`: running, dead, auto-restart and others, by type.
  package var sub: String
  /// `UnitFileState`: enabled, disabled, static, masked and others; empty when there is no unit file.
  package var file: String
  /// `FragmentPath`: the unit file; empty when there is none.
  package var path: String
  /// `NeedDaemonReload`: files changed on disk since systemd read them.
  package var needsReload: Bool
  /// `StateChangeTimestamp`: wall clock of the last change of state; nil when there was none.
  package var changedAt: WallTime?
  /// `ActiveEnterTimestamp`: wall clock of the last start; nil when it never started.
  package var activeSince: WallTime?
  /// `InactiveExitTimestamp`: when the present or last start began; nil when it never began.
  package var startedAt: WallTime?
  /// `InvocationID`: changes with every start; nil before the first.
  package var invocation: String?
  /// `Job`: whether systemd has a job of the unit in its queue; for one that does not run, its start.
  package var hasJob: Bool
  /// What only some types have; nil for the others.
  package var service: Service?
  /// Starts after the first, by hand or by systemd: those that the agent saw, and the automatic ones before.
  package var restarts: UInt64
  /// Those among them that systemd made itself, because the service had ended.
  package var automaticRestarts: UInt64

  /// What a service has beyond a unit.
  package struct Service: Sendable, Equatable {
    /// `Result` of the last run: success, exit-code, signal, core-dump, watchdog, timeout, oom-kill, start-limit-hit …
    package var result: String
    /// `ExecMainCode`: how the main process ended (CLD_EXITED 1, CLD_KILLED 2, CLD_DUMPED 3); nil when it has not.
    package var endedBy: Int?
    /// `ExecMainStatus`: its exit status, or its signal.
    package var status: Int
    /// `NRestarts`: automatic restarts since it was last started by hand.
    package var restarts: UInt64
    /// `MemoryCurrent` in bytes; nil where memory is not accounted.
    package var memoryBytes: UInt64?
    /// `RestartUSec`: the pause before an automatic restart; nil when not told.
    package var restartPause: Duration?
    /// `Restart`: no, always, on-failure and others.
    package var restart: String

    /// Makes the part of a service.
    package init(
      result: String = "success", endedBy: Int? = nil, status: Int = 0, restarts: UInt64 = 0,
      memoryBytes: UInt64? = nil, restartPause: Duration? = nil, restart: String = "no"
    ) {
      self.result = result
      self.endedBy = endedBy
      self.status = status
      self.restarts = restarts
      self.memoryBytes = memoryBytes
      self.restartPause = restartPause
      self.restart = restart
    }
  }

  /// A moment of CLOCK_REALTIME, as systemd gives it.
  package struct WallTime: Sendable, Hashable {
    /// Microseconds since 1970-01-01 00:00 UTC.
    package var microseconds: UInt64

    /// Makes a moment.
    package init(microseconds: UInt64) { self.microseconds = microseconds }

    /// Seconds since 1970-01-01 00:00 UTC.
    package var seconds: Double { Double(microseconds) / 1e6 }

    /// The time from it to `time` by the wall clock; never negative.
    package func elapsed(until time: HostTime) -> Duration {
      .nanoseconds(
        max(0, time.wallNanoseconds.subtractingSaturated(Int64(clamping: microseconds).multipliedSaturated(by: 1000))))
    }
  }

  /// Makes a status; everything absent is as for a unit that does not run.
  package init(
    id: String? = nil, load: String = "loaded", active: String = "inactive", sub: String = "dead", file: String = "",
    path: String = "",
    needsReload: Bool = false, changedAt: WallTime? = nil, activeSince: WallTime? = nil, startedAt: WallTime? = nil,
    invocation: String? = nil, hasJob: Bool = false, service: Service? = nil, restarts: UInt64 = 0,
    automaticRestarts: UInt64 = 0
  ) {
    self.id = id
    self.load = load
    self.active = active
    self.sub = sub
    self.file = file
    self.path = path
    self.needsReload = needsReload
    self.changedAt = changedAt
    self.activeSince = activeSince
    self.startedAt = startedAt
    self.invocation = invocation
    self.hasJob = hasJob
    self.service = service
    self.restarts = restarts
    self.automaticRestarts = automaticRestarts
  }

  /// Whether there is a unit of this name at all.
  package var exists: Bool { load != "not-found" }
}

extension UnitStatus {
  static let unitProperties: Set<String> = [
    "Id", "LoadState", "ActiveState", "SubState", "UnitFileState", "FragmentPath", "NeedDaemonReload",
    "StateChangeTimestamp", "ActiveEnterTimestamp", "InactiveExitTimestamp", "InvocationID",
    "Job",
  ]
  static let serviceProperties: Set<String> = [
    "Result", "ExecMainCode", "ExecMainStatus", "NRestarts", "MemoryCurrent", "RestartUSec", "Restart",
  ]

  /// The status that properties tell: of the unit's interface, and of a service's where it is one.
  ///
  /// - Throws: ``BusError`` when a state is missing or has another type than systemd promises.
  init(unit: [String: BusValue], service: [String: BusValue]?) throws(BusError) {
    guard let load = unit["LoadState"]?.text, let active = unit["ActiveState"]?.text, let sub = unit["SubState"]?.text
    else { throw .malformed }
    self.init(
      id: unit["Id"]?.text, load: load, active: active, sub: sub, file: unit["UnitFileState"]?.text ?? "",
      path: unit["FragmentPath"]?.text ?? "", needsReload: unit["NeedDaemonReload"]?.flag ?? false,
      changedAt: Self.time(unit["StateChangeTimestamp"]), activeSince: Self.time(unit["ActiveEnterTimestamp"]),
      startedAt: Self.time(unit["InactiveExitTimestamp"]), invocation: Self.invocation(unit["InvocationID"]),
      hasJob: Self.hasJob(unit["Job"]), service: service.map(Service.init))
  }

  /// Hexadecimal text of 16 bytes that are not all zero.
  static func invocation(_ value: BusValue?) -> String? {
    guard let bytes = value?.bytes, bytes.count == 16, bytes.contains(where: { $0 != 0 }) else { return nil }
    return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// A structure of the job's number, 0 where there is none, and its path.
  private static func hasJob(_ value: BusValue?) -> Bool {
    guard let number = value?.list?.first?.unsigned else { return false }
    return number != 0
  }

  private static func time(_ value: BusValue?) -> WallTime? {
    guard let microseconds = value?.unsigned, microseconds != 0, microseconds != .max else { return nil }
    return WallTime(microseconds: microseconds)
  }
}

extension UnitStatus.Service {
  init(_ properties: [String: BusValue]) {
    let code = properties["ExecMainCode"]?.signed.flatMap(Int.init(exactly:))
    let memory = properties["MemoryCurrent"]?.unsigned
    let pause = properties["RestartUSec"]?.unsigned.flatMap { Int64(exactly: $0) }
    self.init(
      result: properties["Result"]?.text ?? "", endedBy: code == 0 ? nil : code,
      status: properties["ExecMainStatus"]?.signed.flatMap(Int.init(exactly:)) ?? 0,
      restarts: properties["NRestarts"]?.unsigned ?? 0, memoryBytes: memory == .max ? nil : memory,
      restartPause: pause.map { .microseconds($0) }, restart: properties["Restart"]?.text ?? "")
  }
}
