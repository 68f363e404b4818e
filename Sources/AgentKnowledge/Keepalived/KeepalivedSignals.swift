import AgentCore
import AgentHost

/// Hears Keepalived's signals and those of the bus about its name, on every connection anew.
actor KeepalivedSignals {
  private static let rules = [
    "type='signal',sender='\(LiveKeepalivedBus.name)',interface='\(LiveKeepalivedBus.name).Instance',member='VrrpStatusChange'",
    // Which instances there are.
    "type='signal',sender='\(LiveKeepalivedBus.name)',interface='\(LiveKeepalivedBus.name).Vrrp'",
    "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',member='NameOwnerChanged',"
      + "arg0='\(LiveKeepalivedBus.name)'",
  ]

  private let loop: EventLoop
  private let bus: SystemBus
  private var listeners: [UInt64: AsyncStream<Trigger>.Continuation] = [:]
  private var lastID: UInt64 = 0
  private var isListening = false
  /// The connection that the rules are installed on.
  private var listened: Int?
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  init(loop: EventLoop, bus: SystemBus) {
    self.loop = loop
    self.bus = bus
  }

  /// A trigger with every signal, and whenever the bus is lost or is there again. The first one comes when the rules are
  /// asked for: the bus answers questions that follow after it has installed them.
  nonisolated func changes() -> AsyncStream<Trigger> {
    let (stream, continuation) = AsyncStream.makeStream(of: Trigger.self, bufferingPolicy: .bufferingNewest(1))
    Task(executorPreference: loop) { await self.add(continuation) }
    return stream
  }

  private func add(_ continuation: AsyncStream<Trigger>.Continuation) async {
    lastID += 1
    let id = lastID
    listeners[id] = continuation
    continuation.onTermination = { [weak self, loop] _ in
      Task(executorPreference: loop) { await self?.remove(id) }
    }
    if !isListening {
      isListening = true
      await bus.onConnection { [weak self, loop] in Task(executorPreference: loop) { await self?.listen() } }
    }
    await listen()
  }

  private func remove(_ id: UInt64) { listeners[id] = nil }

  private func trigger() { for listener in listeners.values { listener.yield(Trigger()) } }

  private func listen() async {
    do throws(BusError) {
      let connection = try await bus.connection()
      guard connection != listened else { return }
      listened = connection
      for rule in Self.rules {
        try await bus.match(rule) { [weak self] _ in self?.assumeIsolated { $0.trigger() } }
      }
    } catch {
      // Without a bus the interval still looks, and reading says that Keepalived is not there.
      listened = nil
    }
    trigger()
  }
}
