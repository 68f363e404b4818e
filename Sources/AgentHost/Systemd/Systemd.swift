package import AgentCore

/// systemd as plugins see it: the running one over the system bus, or what a recording tells of it.
package struct Systemd: Sendable {
  private enum Source: Sendable {
    case live(SystemdUnits, SystemBus, Worker, HostFiles)
    case recorded([UnitName: RecordedUnit])
  }

  private let source: Source

  /// The systemd of a live host.
  package init(loop: EventLoop, bus: SystemBus, worker: Worker, files: HostFiles) {
    source = .live(SystemdUnits(loop: loop, bus: bus), bus, worker, files)
  }

  /// The units of a recording.
  package init(recorded: [UnitName: RecordedUnit]) { source = .recorded(recorded) }

  /// What systemd says of each of these units; a unit that could not be asked for has the reason.
  package func units(_ names: [UnitName]) async -> [UnitName: Result<UnitStatus, BusError>] {
    switch source {
    case .live(let units, _, _, _): await units.read(names)
    case .recorded(let units):
      Dictionary(uniqueKeysWithValues: Set(names).map { name in (name, units.status(of: name)) })
    }
  }

  /// A trigger whenever one of the units changes, and whenever the bus is there again; none on a recorded host.
  package func changes(of names: [UnitName]) -> AsyncStream<Trigger> {
    switch source {
    case .live(let units, _, _, _): units.changes(of: names)
    case .recorded: AsyncStream { $0.finish() }
    }
  }

  /// The last lines that a unit logged, the oldest first; nil where the journal cannot be read.
  package func lastLines(of unit: UnitName, count: Int = 5) async -> [String]? {
    switch source {
    case .live(_, _, let worker, let files):
      try? await worker.run { JournalReader(files).lastLines(of: unit, count: count) }
    case .recorded(let units): units[unit]?.log
    }
  }

  /// A trigger whenever the bus is lost or is there again; none on a recorded host.
  package func connectionChanges() -> AsyncStream<Trigger> {
    guard case .live(_, let bus, _, _) = source else { return AsyncStream { $0.finish() } }
    return bus.changes()
  }

  /// How the connection to the bus goes; nil on a recorded host.
  package func health() async -> SystemBus.Health? {
    guard case .live(_, let bus, _, _) = source else { return nil }
    return await bus.health()
  }
}
