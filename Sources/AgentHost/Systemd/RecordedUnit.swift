package import AgentCore
package import AgentText

/// What a recording says of one unit: the properties under systemd's own names.
///
///     units:
///       crio.service: {ActiveState: failed, SubState: failed, Result: exit-code, ExecMainCode: 1, ExecMainStatus: 1}
///
/// What is left out is as for a unit that is loaded, enabled and runs.
package struct RecordedUnit: SettingsSection, SettingsEncodable, Sendable {
  /// The properties.
  package let status: UnitStatus
  /// `Log`: its last lines in the journal; nil when they could not be read.
  package let log: [String]?

  /// What systemd said of a unit, to be recorded.
  package init(_ status: UnitStatus, log: [String]? = nil) {
    self.status = status
    self.log = log
  }

  /// Reads the properties; times in seconds since 1970, pauses as durations.
  package init(from reader: SettingsReader) {
    let active = reader.value("ActiveState", default: "active")
    let number = { (key: String) in UInt64(reader.value(key, default: 0, in: 0...Int.max)) }
    let time = { (key: String) in
      number(key) == 0 ? nil : UnitStatus.WallTime(microseconds: number(key).multipliedSaturated(by: 1_000_000))
    }
    let service = UnitStatus.Service(
      result: reader.value("Result", default: "success"),
      endedBy: number("ExecMainCode") == 0 ? nil : Int(number("ExecMainCode")), status: Int(number("ExecMainStatus")),
      restarts: number("NRestarts"), memoryBytes: number("MemoryCurrent") == 0 ? nil : number("MemoryCurrent"),
      restartPause: reader.optional("RestartUSec"), restart: reader.value("Restart", default: "no"))
    status = UnitStatus(
      id: reader.optional("Id"), load: reader.value("LoadState", default: "loaded"), active: active,
      sub: reader.value("SubState", default: active == "active" ? "running" : "dead"),
      file: reader.value("UnitFileState", default: "enabled"), path: reader.value("FragmentPath", default: ""),
      needsReload: reader.value("NeedDaemonReload", default: false), changedAt: time("StateChangeTimestamp"),
      activeSince: time("ActiveEnterTimestamp"), startedAt: time("InactiveExitTimestamp"), hasJob: number("Job") != 0,
      service: service,
      restarts: service.restarts, automaticRestarts: service.restarts)
    let lines: [String] = reader.list("Log")
    log = lines.isEmpty ? nil : lines
  }

  package func write(to writer: inout SettingsWriter) {
    let number = { (value: UInt64?) in Int(clamping: value ?? 0) }
    let seconds = { (time: UnitStatus.WallTime?) in number(time.map { $0.microseconds / 1_000_000 }) }
    writer.optional("Id", status.id)
    writer.value("LoadState", status.load, default: "loaded")
    writer.value("ActiveState", status.active, default: "active")
    writer.value("SubState", status.sub, default: status.active == "active" ? "running" : "dead")
    writer.value("UnitFileState", status.file, default: "enabled")
    writer.value("FragmentPath", status.path, default: "")
    writer.value("NeedDaemonReload", status.needsReload, default: false)
    writer.value("StateChangeTimestamp", seconds(status.changedAt), default: 0)
    writer.value("ActiveEnterTimestamp", seconds(status.activeSince), default: 0)
    writer.value("InactiveExitTimestamp", seconds(status.startedAt), default: 0)
    writer.value("Job", status.hasJob ? 1 : 0, default: 0)
    if let service = status.service {
      writer.value("Result", service.result, default: "success")
      writer.value("ExecMainCode", service.endedBy ?? 0, default: 0)
      writer.value("ExecMainStatus", service.status, default: 0)
      writer.value("NRestarts", number(service.restarts), default: 0)
      writer.value("MemoryCurrent", number(service.memoryBytes), default: 0)
      writer.optional("RestartUSec", service.restartPause)
      writer.value("Restart", service.restart, default: "no")
    }
    writer.list("Log", log ?? [])
  }
}

/// What was recorded of systemd: `units` of `recorded.yaml`.
package struct RecordedSystemd: Systemd {
  private let recorded: [UnitName: RecordedUnit]

  package init(_ units: [UnitName: RecordedUnit]) { recorded = units }

  /// A recording that names any unit is complete: the others are not there. One that names none says nothing.
  package func units(_ names: [UnitName]) -> [UnitName: Result<UnitStatus, BusError>] {
    Dictionary(
      uniqueKeysWithValues: Set(names).map { name in
        guard !recorded.isEmpty else {
          return (name, .failure(BusError(.notRecorded, "the recording says nothing of systemd's units")))
        }
        return (name, .success(recorded[name]?.status ?? UnitStatus(load: "not-found")))
      })
  }

  package func changes(of names: [UnitName]) -> AsyncStream<Trigger> { .ended }

  package func lastLines(of unit: UnitName, count: Int) -> [String]? { recorded[unit]?.log }

  package func connectionChanges() -> AsyncStream<Trigger> { .ended }

  package func health() -> SystemBus.Health? { nil }
}
