import AgentKnowledge
import AgentCore
import AgentHost
import Logging

/// The lasting agent: engine, HTTP server and what systemd is told, until a signal ends them.
actor Daemon {
  /// The longest wait for the first looks before the agent counts as started: what hangs on this host is told as
  /// unknown, and must not keep it from starting.
  private static let patience = Duration.seconds(10)
  /// The longest wait for the server to close its connections; what is left ends with the process.
  private static let farewell = Duration.milliseconds(500)

  private let builder: SessionBuilder
  /// The addresses of the command line; empty for those of the configuration.
  private let listen: [ListenAddress]
  /// What a test makes hang.
  private let hang: HangTarget?
  private let loop: EventLoop
  private let clock: LoopClock
  private let logger: Logger
  private let manager: ManagerLink
  private var server: HTTPServer?
  private var work: [Task<Void, Never>] = []
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  init(
    options: ObservingOptions, listen: [ListenAddress], hang: HangTarget?, loop: EventLoop, logger: Logger,
    log: LogOutput
  ) {
    builder = SessionBuilder(options: options, loop: loop, isLasting: true, log: log, hanging: hang?.plugin)
    self.listen = listen
    self.hang = hang
    self.loop = loop
    self.logger = logger
    clock = LoopClock(loop: loop)
    manager = ManagerLink(ServiceManager(), logger: logger)
  }

  /// Lives until a signal comes, whatever its plugins do then.
  ///
  /// - Throws: ``CommandError`` when the configuration is wrong or an address cannot be listened on.
  func run(until ending: AsyncStream<Signals.Ending>, reloads: AsyncStream<Void>) async throws -> Int32 {
    let (ends, end) = AsyncThrowingStream.makeStream(of: Signals.Ending.self, throwing: (any Error).self)
    begin { _ in for await signal in ending { end.yield(signal) } }
    begin { daemon in
      do { try await daemon.live(reloads) } catch { end.finish(throwing: error) }
    }
    do {
      for try await signal in ends {
        logger.notice("ending on \(signal == .interrupt ? "SIGINT" : "SIGTERM")")
        break
      }
    } catch {
      manager.tell(.stopping, .status((error as? CommandError)?.message ?? "\(error)"))
      throw error
    }
    manager.tell(.stopping, .status("ending"))
    for task in work { task.cancel() }
    await close()
    return 0
  }

  private func live(_ reloads: AsyncStream<Void>) async throws {
    manager.tell(.extendTimeout(.seconds(30)), .status("reading the configuration"))
    let current = CurrentSession(try await builder.build())
    let session = current.session
    let state = session.engine.state
    state.configuration = ConfigurationStatus(isCurrent: true, loadedAt: clock.now())
    let server = try await start(current)
    self.server = server
    greet(session, server.addresses)
    beginProofs(session)
    let status = StatusLine(current: current, manager: manager)
    manager.tell(.extendTimeout(Self.patience + .seconds(5)), .status("looking at the host"))
    await firstLooks(session, status)
    status.show(.ready)
    begin { _ in await status.follow() }
    await hangAsTold(session)
    let reload = Reload(
      builder: builder, current: current, clock: clock, logger: logger,
      listening: listen.isEmpty ? session.configuration.settings.listen : nil)
    for await _ in reloads {
      manager.tell(.reloadingNow)
      await reload.run()
      status.show(.ready)
    }
  }

  private func start(_ current: CurrentSession) async throws -> HTTPServer {
    let session = current.session
    let addresses = listen.isEmpty ? session.configuration.settings.listen : listen
    do {
      let routes = AgentRoutes(current: current).routes
      return try await HTTPServer.start(listen: addresses, routes: routes, on: session.network.eventLoop)
    } catch {
      throw CommandError.failed("\(error)")
    }
  }

  private func greet(_ session: AgentSession, _ addresses: [ListenAddress]) {
    let roles = session.roles.sorted().map(\.rawValue).joined(separator: ", ")
    let places = addresses.map(\.description).joined(separator: ", ")
    let version = AgentBuild.current.version
    logger.notice("nodeagent \(version) watches \(session.identity.name) as \(roles), listening on \(places)")
  }

  private func beginProofs(_ session: AgentSession) {
    guard let interval = manager.watchdogInterval else { return }
    let pulse = WatchdogPulse(
      interval: interval, clock: clock, worker: session.base.worker, network: session.network)
    begin { [manager] _ in await pulse.run { manager.tell(.watchdog) } }
  }

  /// Starts the engine and waits until every plugin has looked once.
  private func firstLooks(_ session: AgentSession, _ status: StatusLine) async {
    let (looks, end) = AsyncStream.makeStream(of: Never.self)
    let (log, state) = (TransitionLog(logger: logger), session.engine.state)
    let listener = RoundListener(
      announce: { log.write($0) },
      published: { isNews in
        if isNews { status.note() }
        if state.isReady { end.finish() }
      })
    begin { _ in await session.engine.run(telling: listener) }
    begin { [clock] _ in
      try? await clock.sleep(for: Self.patience)
      end.finish()
    }
    for await _ in looks {}
  }

  private func hangAsTold(_ session: AgentSession) async {
    guard let hang else { return }
    logger.warning("--test-hang \(hang): this agent is made to hang")
    if hang == .worker { begin { _ in await session.base.worker.hang() } }
  }

  private func close() async {
    guard let server else { return }
    let (closed, end) = AsyncStream.makeStream(of: Never.self)
    Task(executorPreference: loop) {
      try? await server.shutdown()
      end.finish()
    }
    Task(executorPreference: loop) { [clock] in
      try? await clock.sleep(for: Self.farewell)
      end.finish()
    }
    for await _ in closed {}
  }

  private func begin(_ body: @escaping @Sendable (Daemon) async -> Void) {
    work.append(Task(executorPreference: loop) { await body(self) })
  }
}
