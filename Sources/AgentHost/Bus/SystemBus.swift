import AgentCore
import Glibc

/// The connection to the host's system bus, made when it is first needed and kept as long as the agent runs.
///
/// When it ends it is made anew, after 100 ms at first and at most every 5 s; whoever listens is told, installs its match
/// rules again and reads again. A loss is told as well, once, when the first new try has failed.
package actor SystemBus {
  /// How the connection goes.
  package struct Health: Sendable, Equatable {
    /// How often the connection was made anew after it had ended.
    package var reconnects: Int
    /// Why there is no connection now; nil while there is one, or none was asked for.
    package var problem: BusError?

    /// Makes a health.
    package init(reconnects: Int, problem: BusError?) {
      self.reconnects = reconnects
      self.problem = problem
    }
  }

  /// The bus's socket: the one place that D-Bus promises (D-Bus specification, "Well-known Message Bus Instances").
  package static let socket = "/run/dbus/system_bus_socket"
  private static let firstPause = Duration.milliseconds(100)
  private static let longestPause = Duration.seconds(5)

  private let loop: EventLoop
  private let files: HostFiles
  private let clock: any AgentClock
  private let isLasting: Bool
  /// How long an answer may take.
  private let deadline: Duration
  private var link: BusLink?
  private var listeners: [UInt64: @Sendable () -> Void] = [:]
  private var lastListener: UInt64 = 0
  private var connections = 0
  private var problem: BusError?
  private var isLossTold = false
  private var retry: Task<Void, Never>?
  /// Grows with every connection that ends before it answered anything.
  private var pause = SystemBus.firstPause
  /// The loop.
  nonisolated package var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  /// The bus below a host's root.
  ///
  /// - Parameters:
  ///   - isLasting: whether an ended connection is made anew without being asked.
  ///   - deadline: how long the answer to a call may take.
  package init(
    loop: EventLoop, files: HostFiles, clock: any AgentClock, isLasting: Bool, deadline: Duration = .seconds(3)
  ) {
    self.loop = loop
    self.files = files
    self.clock = clock
    self.isLasting = isLasting
    self.deadline = deadline
  }

  isolated deinit {
    retry?.cancel()
    link?.close()
  }

  /// How the connection goes.
  package func health() -> Health { Health(reconnects: max(0, connections - 1), problem: problem) }

  /// Calls a method and reads its answer.
  ///
  /// - Parameter limit: how long the answer may take; nil for as long as any.
  package func call<T: Sendable>(
    _ call: BusCall, within limit: Duration? = nil,
    read: @escaping @Sendable (borrowing BusMessage) throws(BusError) -> T
  ) async throws(BusError) -> T {
    let link = try connected()
    let result: Result<T, BusError> = await withCheckedContinuation { continuation in
      link.send(call, deadline: limit ?? deadline) { answer in
        continuation.resume(returning: answer.flatMap { Self.read(BusMessage(borrowing: $0), read) })
      }
    }
    if (try? result.get()) != nil { pause = Self.firstPause }
    return try result.get()
  }

  /// Calls `handler` on the loop's thread with every signal that a rule matches, until the connection ends.
  package func match(
    _ rule: String, handler: @escaping @Sendable (borrowing BusMessage) -> Void
  ) throws(BusError) {
    try connected().match(rule, handler: handler) { [weak self] error in
      self?.assumeIsolated { $0.problem = error }
    }
  }

  /// The number of the present connection, made now if there is none: what was matched on an earlier one is gone.
  package func connection() throws(BusError) -> Int {
    _ = try connected()
    return connections
  }

  /// Waits while the connection stands; false when there is none.
  func rests(for pause: Duration) async -> Bool {
    guard let link, link.isOpen else { return false }
    try? await clock.sleep(until: clock.now().advanced(by: pause), tolerance: .milliseconds(10))
    return self.link?.isOpen == true
  }

  /// Calls `listener` whenever a new connection stands, since what was matched on the old one is gone, and once when there
  /// is none.
  package func onConnection(_ listener: @escaping @Sendable () -> Void) { _ = add(listener) }

  /// A trigger whenever a new connection stands, and once when there is none.
  nonisolated func changes() -> AsyncStream<Trigger> {
    let (stream, continuation) = AsyncStream.makeStream(of: Trigger.self, bufferingPolicy: .bufferingNewest(1))
    Task(executorPreference: loop) {
      let id = await self.add { continuation.yield(Trigger()) }
      continuation.onTermination = { [weak self, loop = self.loop] _ in
        Task(executorPreference: loop) { await self?.remove(id) }
      }
    }
    return stream
  }

  private func add(_ listener: @escaping @Sendable () -> Void) -> UInt64 {
    lastListener += 1
    listeners[lastListener] = listener
    return lastListener
  }

  private func remove(_ id: UInt64) { listeners[id] = nil }

  private func tell() { for listener in listeners.values { listener() } }

  /// The connection, made now if there is none.
  private func connected() throws(BusError) -> BusLink {
    if let link, link.isOpen { return link }
    do {
      let made = try connect()
      link = made
      problem = nil
      connections += 1
      isLossTold = false
      tell()
      return made
    } catch {
      problem = error
      tryAgainLater()
      throw error
    }
  }

  private func connect() throws(BusError) -> BusLink {
    try BusLink(socket: try Self.socket(files)) { [weak self] in self?.assumeIsolated { $0.ended() } }
  }

  private static func socket(_ files: HostFiles) throws(BusError) -> FileDescriptor {
    do { return try UnixSocket.connect(socket, files) } catch { throw BusError(failure: error) }
  }

  private func ended() {
    link?.close()
    link = nil
    problem = BusError(.disconnected, "the connection to the system bus ended")
    tryAgainLater()
  }

  private func tryAgainLater() {
    guard isLasting, retry == nil else { return }
    let clock = clock
    retry = Task(executorPreference: loop) { [weak self] in
      while let pause = await self?.nextPause() {
        try? await clock.sleep(until: clock.now().advanced(by: pause), tolerance: .milliseconds(50))
        guard !Task.isCancelled, await self?.tryAgain() == false else { return }
      }
    }
  }

  private func nextPause() -> Duration {
    defer { pause = min(pause * 2, Self.longestPause) }
    return pause
  }

  private func tryAgain() -> Bool {
    guard (try? connected()) == nil else {
      retry = nil
      return true
    }
    // Not before the first new try: a bus that is only restarted may be back by then.
    if !isLossTold {
      isLossTold = true
      tell()
    }
    return false
  }

  private static func read<T>(
    _ message: consuming BusMessage, _ body: (borrowing BusMessage) throws(BusError) -> T
  ) -> Result<T, BusError> {
    do { return .success(try body(message)) } catch { return .failure(error) }
  }
}

extension BusError {
  fileprivate init(failure: UnixSocket.Failure) {
    let place = SystemBus.socket
    switch failure {
    case .file(let error) where error.reason == .notFound:
      self.init(.unavailable, "there is no system bus: \(place): no such file")
    case .file(let error) where error.reason == .permissionDenied:
      self.init(.denied, "the system bus may not be reached: \(error)")
    case .file(let error): self.init(.unavailable, "\(error)")
    case .connect(let error) where error.code == EACCES || error.code == EPERM:
      self.init(
        .denied, "\(place): permission denied; in a container it needs AppArmor unconfined, or SELinux's type spc_t")
    case .connect(let error) where error.code == ECONNREFUSED:
      self.init(.unavailable, "nobody listens on \(place): is dbus.service down?")
    case .connect(let error): self.init(.unavailable, "\(place): \(error)")
    }
  }
}
