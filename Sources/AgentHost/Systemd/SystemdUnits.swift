import AgentCore
import CSystemd
import Glibc

/// systemd's units over the system bus: read when asked, watched by signals.
///
/// A signal is a reason to read again; only restarts are counted from signals as well, because several of them may fall
/// between two reads. A unit that is not loaded is not loaded by looking at it: `GetUnitFileState` tells whether its file
/// is there.
actor SystemdUnits {
  private struct Watched {
    var counter = RestartCounter()
    /// What signals told last, by interface: systemd sends one as well when only a job was queued.
    var told: [String: [String: BusValue]] = [:]
    var triggers: [UInt64: AsyncStream<Trigger>.Continuation] = [:]
  }

  /// systemd leaves the bus for some tens of milliseconds while it is executed anew: so often, after this pause, it is
  /// asked again before it counts as gone.
  private static let patience = 4
  private static let pause = Duration.milliseconds(100)

  private static let manager = (
    name: "org.freedesktop.systemd1", path: "/org/freedesktop/systemd1", interface: "org.freedesktop.systemd1.Manager"
  )
  private static let signals =
    "type='signal',sender='\(manager.name)',path='\(manager.path)',interface='\(manager.interface)'"
  private let loop: EventLoop
  private let bus: SystemBus
  private var watched: [UnitName: Watched] = [:]
  private var lastID: UInt64 = 0
  private var isListening = false
  /// The connection whose rules are installed, and the units that they are for.
  private var listened: Int?
  private var matched: Set<UnitName> = []
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  init(loop: EventLoop, bus: SystemBus) {
    self.loop = loop
    self.bus = bus
  }

  /// What systemd says of each unit, all asked at once.
  func read(_ units: [UnitName]) async -> [UnitName: Result<UnitStatus, BusError>] {
    await withTaskGroup { group in
      for unit in units { group.addTask { (unit, await self.status(unit)) } }
      var found: [UnitName: Result<UnitStatus, BusError>] = [:]
      for await (unit, status) in group { found[unit] = status }
      return found
    }
  }

  /// A trigger whenever systemd says that one of the units changed, and whenever the bus is there again.
  nonisolated func changes(of units: [UnitName]) -> AsyncStream<Trigger> {
    let (stream, continuation) = AsyncStream.makeStream(of: Trigger.self, bufferingPolicy: .bufferingNewest(1))
    Task(executorPreference: loop) { await self.watch(units, continuation) }
    return stream
  }

  // MARK: reading

  private func status(_ unit: UnitName) async -> Result<UnitStatus, BusError> {
    for _ in 0..<Self.patience {
      let status = await ask(unit)
      guard case .failure(let error) = status, error.isMomentary, await bus.rests(for: Self.pause) else {
        return status
      }
    }
    return await ask(unit)
  }

  private func ask(_ unit: UnitName) async -> Result<UnitStatus, BusError> {
    do throws(BusError) {
      let path: String
      do throws(BusError) {
        path = try await manager("GetUnit", unit.description) { (answer) throws(BusError) in try answer.text() }
      } catch {
        guard error.reason == .remote(name: "org.freedesktop.systemd1.NoSuchUnit") else { throw error }
        return .success(try await unloaded(unit))
      }
      return .success(try await loaded(unit, path: path))
    } catch {
      return .failure(error)
    }
  }

  private func loaded(_ unit: UnitName, path: String) async throws(BusError) -> UnitStatus {
    let general = try await properties(path, "Unit", UnitStatus.unitProperties)
    let special = unit.type == "service" ? try await properties(path, "Service", UnitStatus.serviceProperties) : nil
    var status = try UnitStatus(unit: general, service: special)
    watched[unit, default: Watched()].counter.read(status)
    status.restarts = watched[unit]?.counter.restarts ?? 0
    status.automaticRestarts = watched[unit]?.counter.automatic ?? 0
    return status
  }

  /// A unit that is not loaded does not run and has not failed: systemd keeps those that do (systemd.unit(5), CollectMode).
  private func unloaded(_ unit: UnitName) async throws(BusError) -> UnitStatus {
    do throws(BusError) {
      let state = try await manager("GetUnitFileState", unit.description) { (answer) throws(BusError) in
        try answer.text()
      }
      return UnitStatus(load: state.hasPrefix("masked") ? "masked" : "loaded", file: state)
    } catch {
      switch error.reason {
      case .remote("org.freedesktop.DBus.Error.FileNotFound"), .remote("org.freedesktop.systemd1.NoSuchUnit"),
        .remote("System.Error.ENOENT"):
        return UnitStatus(load: "not-found")
      default: throw error
      }
    }
  }

  private func manager<T: Sendable>(
    _ member: String, _ argument: String, read: @escaping @Sendable (borrowing BusMessage) throws(BusError) -> T
  ) async throws(BusError) -> T {
    try await bus.call(
      BusCall(
        destination: Self.manager.name, path: Self.manager.path, interface: Self.manager.interface, member: member,
        arguments: [argument]), read: read)
  }

  private func properties(
    _ path: String, _ interface: String, _ wanted: Set<String>
  ) async throws(BusError) -> [String: BusValue] {
    let call = BusCall(
      destination: Self.manager.name, path: path, interface: "org.freedesktop.DBus.Properties", member: "GetAll",
      arguments: ["\(Self.manager.name).\(interface)"])
    return try await bus.call(call) { (answer) throws(BusError) in try answer.properties(wanted) }
  }

  // MARK: watching

  private func watch(_ units: [UnitName], _ continuation: AsyncStream<Trigger>.Continuation) async {
    lastID += 1
    let id = lastID
    for unit in units {
      watched[unit, default: Watched()].triggers[id] = continuation
    }
    continuation.onTermination = { [weak self, loop] _ in
      Task(executorPreference: loop) { await self?.drop(id) }
    }
    if !isListening {
      isListening = true
      await bus.onConnection { [weak self, loop] in Task(executorPreference: loop) { await self?.listen() } }
    }
    await listen()
  }

  private func drop(_ id: UInt64) {
    for unit in watched.keys { watched[unit]?.triggers[id] = nil }
  }

  private func trigger(_ unit: UnitName) {
    for continuation in watched[unit]?.triggers.values.map(\.self) ?? [] { continuation.yield(Trigger()) }
  }

  private func triggerAll() { for unit in watched.keys { trigger(unit) } }

  /// Subscribes on a new connection and installs the rules that it lacks; then everything is read again.
  private func listen() async {
    do throws(BusError) {
      let connection = try await bus.connection()
      let isNew = connection != listened
      if isNew { (listened, matched) = (connection, []) }
      let missing = watched.keys.filter { !matched.contains($0) }.sorted()
      guard isNew || !missing.isEmpty else { return }
      matched.formUnion(missing)
      if isNew { try await watchManager() }
      for unit in missing { try await watch(unit) }
      if isNew { await subscribe() }
      triggerAll()
    } catch {
      // Without a bus the interval still looks, and reading says why there is none.
      listened = nil
      triggerAll()
    }
  }

  private func watchManager() async throws(BusError) {
    // Sent with true before and with false after: in between systemd may leave the bus.
    try await match(
      "\(Self.signals),member='Reloading'",
      if: { (signal) throws(BusError) in
        try signal.value().flag != true
      }
    ) { $0.triggerAll() }
    try await match("\(Self.signals),member='UnitFilesChanged'") { $0.triggerAll() }
    let bus = "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus'"
    try await match("\(bus),member='NameOwnerChanged',arg0='\(Self.manager.name)'", if: Self.hasNewOwner) { units in
      // systemd itself was executed anew: it has forgotten who subscribed.
      Task(executorPreference: units.loop) {
        await units.subscribe()
        await units.triggerAll()
      }
    }
  }

  private func watch(_ unit: UnitName) async throws(BusError) {
    try await match("\(Self.signals),member='UnitNew',arg0='\(unit)'") { $0.trigger(unit) }
    try await match("\(Self.signals),member='UnitRemoved',arg0='\(unit)'") { $0.trigger(unit) }
    try await match("\(Self.signals),member='JobRemoved',arg2='\(unit)'") { $0.trigger(unit) }
    let properties = "interface='org.freedesktop.DBus.Properties',member='PropertiesChanged'"
    let sender = "type='signal',sender='\(Self.manager.name)'"
    try await bus.match("\(sender),path='\(Self.path(of: unit))',\(properties)") { [weak self] message in
      let change = try? Self.change(in: message)
      self?.assumeIsolated { $0.take(change, of: unit) }
    }
  }

  private func take(_ change: (interface: String, properties: [String: BusValue])?, of unit: UnitName) {
    if let change {
      if let invocation = UnitStatus.invocation(change.properties["InvocationID"]) {
        watched[unit]?.counter.signalled(invocation)
      }
      guard watched[unit]?.told.updateValue(change.properties, forKey: change.interface) != change.properties else {
        return
      }
    }
    trigger(unit)
  }

  /// Calls `body` with every signal that the rule matches and that `counts`; one that cannot be read counts.
  private func match(
    _ rule: String, if counts: @escaping @Sendable (borrowing BusMessage) throws(BusError) -> Bool = { _ in true },
    _ body: @escaping @Sendable (isolated SystemdUnits) -> Void
  ) async throws(BusError) {
    try await bus.match(rule) { [weak self] signal in
      guard (try? counts(signal)) != false else { return }
      self?.assumeIsolated { body($0) }
    }
  }

  /// NameOwnerChanged tells the name, the owner that left and the one that came (D-Bus specification).
  private static func hasNewOwner(_ signal: borrowing BusMessage) throws(BusError) -> Bool {
    _ = try signal.text()
    _ = try signal.text()
    return try !signal.text().isEmpty
  }

  /// Without it systemd sends no signals (org.freedesktop.systemd1(5), "Subscribe").
  private func subscribe() async {
    let call = BusCall(
      destination: Self.manager.name, path: Self.manager.path, interface: Self.manager.interface, member: "Subscribe")
    _ = try? await bus.call(call) { (_) throws(BusError) in () }
  }

  /// The interface and the properties of a PropertiesChanged that are looked at.
  private static func change(
    in message: borrowing BusMessage
  ) throws(BusError) -> (interface: String, properties: [String: BusValue]) {
    let interface = try message.text()
    return (interface, try message.properties(UnitStatus.unitProperties.union(UnitStatus.serviceProperties)))
  }

  /// `crio.service` is `/org/freedesktop/systemd1/unit/crio_2eservice` (sd_bus_path_encode(3)).
  private static func path(of unit: UnitName) -> String {
    var path: UnsafeMutablePointer<CChar>?
    guard sd_bus_path_encode("\(manager.path)/unit", unit.description, &path) >= 0, let path else { return "" }
    defer { free(path) }
    return String(cString: path)
  }
}
