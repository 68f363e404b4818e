package import AgentText

/// What a recording says of one unit: the properties under systemd's own names.
///
///     units:
///       crio.service: {ActiveState: failed, SubState: failed, Result: exit-code, ExecMainCode: 1, ExecMainStatus: 1}
///
/// What is left out is as for a unit that is loaded, enabled and runs.
package struct RecordedUnit: SettingsSection, Sendable {
  /// The properties.
  package let status: UnitStatus
  /// `Log`: its last lines in the journal; nil when they could not be read.
  package let log: [String]?

  /// Reads the properties.
  package init(from reader: SettingsReader) {
    let active = reader.value("ActiveState", default: "active")
    let number = { (key: String) in UInt64(reader.value(key, default: 0, in: 0...Int(Int32.max))) }
    let time = { (key: String) in number(key) == 0 ? nil : UnitStatus.WallTime(microseconds: number(key) * 1_000_000) }
    let service = UnitStatus.Service(
      result: reader.value("Result", default: "success"),
      endedBy: number("ExecMainCode") == 0 ? nil : Int(number("ExecMainCode")), status: Int(number("ExecMainStatus")),
      restarts: number("NRestarts"), memoryBytes: number("MemoryCurrent") == 0 ? nil : number("MemoryCurrent"),
      restart: reader.value("Restart", default: "no"))
    let id = reader.value("Id", default: "")
    status = UnitStatus(
      id: id.isEmpty ? nil : id, load: reader.value("LoadState", default: "loaded"), active: active,
      sub: reader.value("SubState", default: active == "active" ? "running" : "dead"),
      file: reader.value("UnitFileState", default: "enabled"), path: reader.value("FragmentPath", default: ""),
      needsReload: reader.value("NeedDaemonReload", default: false), changedAt: time("StateChangeTimestamp"),
      activeSince: time("ActiveEnterTimestamp"), startedAt: time("InactiveExitTimestamp"), hasJob: number("Job") != 0,
      service: service,
      restarts: service.restarts, automaticRestarts: service.restarts)
    let lines: [String] = reader.list("Log")
    log = lines.isEmpty ? nil : lines
  }
}

extension [UnitName: RecordedUnit] {
  /// A recording that names any unit is complete: the others are not there. One that names none says nothing.
  func status(of name: UnitName) -> Result<UnitStatus, BusError> {
    guard !isEmpty else { return .failure(BusError(.notRecorded, "the recording says nothing of systemd's units")) }
    return .success(self[name]?.status ?? UnitStatus(load: "not-found"))
  }
}
