package import AgentCore

/// systemd as plugins see it: the running one over the system bus, or what a recording tells of it.
package protocol Systemd: Sendable {
  /// What systemd says of each of these units; a unit that could not be asked for has the reason.
  func units(_ names: [UnitName]) async -> [UnitName: Result<UnitStatus, BusError>]

  /// A trigger whenever one of the units changes, and whenever the bus is there again; none on a recorded host.
  func changes(of names: [UnitName]) -> AsyncStream<Trigger>

  /// The last lines that a unit logged, the oldest first; nil where the journal cannot be read.
  func lastLines(of unit: UnitName, count: Int) async -> [String]?

  /// A trigger whenever the bus is lost or is there again; none on a recorded host.
  func connectionChanges() -> AsyncStream<Trigger>

  /// How the connection to the bus goes; nil on a recorded host.
  func health() async -> SystemBus.Health?
}

extension Systemd {
  /// The last five lines that a unit logged; see ``lastLines(of:count:)``.
  package func lastLines(of unit: UnitName) async -> [String]? { await lastLines(of: unit, count: 5) }
}

/// The systemd of a live host.
package struct LiveSystemd: Systemd {
  private let units: SystemdUnits
  private let bus: SystemBus
  private let worker: Worker
  private let files: HostFiles

  package init(loop: EventLoop, bus: SystemBus, worker: Worker, files: HostFiles) {
    units = SystemdUnits(loop: loop, bus: bus)
    self.bus = bus
    self.worker = worker
    self.files = files
  }

  package func units(_ names: [UnitName]) async -> [UnitName: Result<UnitStatus, BusError>] { await units.read(names) }

  package func changes(of names: [UnitName]) -> AsyncStream<Trigger> { units.changes(of: names) }

  package func lastLines(of unit: UnitName, count: Int) async -> [String]? {
    try? await worker.run { JournalReader(files).lastLines(of: unit, count: count) }
  }

  package func connectionChanges() -> AsyncStream<Trigger> { bus.changes() }

  package func health() async -> SystemBus.Health? { await bus.health() }
}
