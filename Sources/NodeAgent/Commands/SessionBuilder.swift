import AgentCore
import AgentHost
import AgentText
import AgentKnowledge
import AgentPlugins

/// Opens the host and makes the plugins that its configuration and the command line ask for.
struct SessionBuilder {
  let options: ObservingOptions
  let loop: EventLoop
  /// Whether the session waits for events, or looks once.
  let isLasting: Bool
  /// The names that the user asked for, where that asks for more than usual; see ``RoundOverrides/named``.
  var named: Set<String> = []

  /// Where the log goes; nil where there is none.
  var log: LogOutput?
  /// A plugin whose looks never end; for tests.
  var hanging: String?

  /// As ``build()``, for at most a time: what is read for it may lie on a file system that does not answer.
  ///
  /// - Throws: ``CommandError``.
  func build(within limit: Duration?) async throws -> AgentSession {
    guard let limit else { return try await build() }
    return try await withThrowingTaskGroup(of: AgentSession.self) { group in
      defer { group.cancelAll() }
      group.addTask { try await build() }
      group.addTask {
        try await LoopClock(loop: loop).sleep(for: limit)
        throw CommandError.late("the configuration and the host's roles could not be read within \(limit.spoken)")
      }
      guard let session = try await group.next() else { throw CancellationError() }
      return session
    }
  }

  /// - Throws: ``CommandError``.
  func build() async throws -> AgentSession {
    let registry = PluginRegistry.all
    let selection = try usage { try CheckSelection(only: options.only, skip: options.skip, registry: registry) }
    let root = try usage { try HostRoot(options.root, mode: options.probe?.mode) }
    let recording = try configured { try Recording(of: root) }
    let files = HostFiles(root: root, forbidden: recording.forbidden)
    let worker = try Worker(loop: loop) { HeldPlace(finding: $0, files) }
    let clock = LoopClock(loop: loop)
    let events = root.mode == .live && isLasting ? HostEvents.live(loop: loop, worker: worker, files: files) : .none
    let introspection = SessionIntrospection(events: events, registry: registry, worker: worker, log: log)
    let sources =
      root.mode == .live
      ? HostSources.live(files: files, worker: worker, loop: loop, clock: clock, isLasting: isLasting)
      : .recorded(recording, files: files, worker: worker)
    let base = SessionBase(
      registry: registry, selection: selection, root: root, files: files, worker: worker, events: events,
      kubelet: KubeletSource(files: files, worker: worker, loop: loop), introspection: introspection, sources: sources)
    let identity = try await worker.run { HostIdentity(reading: files) }
    let plan = try await plan(on: base)
    let shown: any AgentClock =
      root.mode == .recorded && !isLasting ? RecordedClock(showing: recording.time) : clock
    let state = NodeState(active: plan.active, started: shown.now())
    introspection.connect(state)
    return AgentSession(
      base: base, plan: plan, identity: identity, clock: shown,
      engine: Engine(loop: loop, clock: shown, active: plan.active, state: state))
  }

  /// Reads the configuration and the host's roles, and makes the plugins that they want.
  ///
  /// - Parameter kept: plugins that are taken over where nothing changed that they were made of.
  /// - Throws: ``CommandError``.
  func plan(on base: SessionBase, keeping kept: [ActivePlugin] = []) async throws -> SessionPlan {
    let (configuration, detected) = try await load(base)
    let named = Set(options.role.compactMap(\.role))
    let roles = named.isEmpty ? configuration.settings.roles ?? detected.roles : named
    let host = Host(
      files: base.files, roles: roles, cluster: configuration.settings.cluster, worker: base.worker,
      events: base.events, kubelet: base.kubelet, agent: base.introspection, sources: base.sources,
      overrides: overrides(configuration))
    let plugins = ActivePlugins(configuration: configuration, selection: base.selection, hanging: hanging)
    return SessionPlan(
      configuration: configuration, roles: roles, roleProblem: detected.problems.first?.description, host: host,
      active: plugins.make(base.registry, host: host, keeping: kept))
  }

  private func overrides(_ configuration: Configuration) -> RoundOverrides {
    let settings = configuration.pluginSettings
    return RoundOverrides(
      intervals: settings.compactMapValues(\.interval), deadlines: settings.compactMapValues(\.timeout),
      timeout: options.timeout.map { .seconds($0) }, named: named, isLasting: isLasting)
  }

  private func load(_ base: SessionBase) async throws -> (Configuration, RoleDetection) {
    do {
      let source = try ConfigurationFile(named: options.config, root: base.root)
      return try await read(on: base) {
        let detected = RoleDetection(reading: base.files)
        return (try source.load(registry: base.registry, detected: detected), detected)
      }
    } catch {
      throw CommandError.configuration("\(error)")
    }
  }

  /// Reads again where a file system on the way does not answer: that is refused by name then, so that the agent starts
  /// with what it can see. A disk that is only slow is not: the first reading counts as well as the second.
  private func read<T: Sendable>(on base: SessionBase, _ body: @escaping @Sendable () throws -> T) async throws -> T {
    do {
      return try await withThrowingTaskGroup(of: T.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await base.worker.run(body) }
        group.addTask {
          try await LoopClock(loop: loop).sleep(for: .seconds(2))
          return try await base.worker.run(body)
        }
        guard let first = try await group.next() else { throw CancellationError() }
        return first
      }
    } catch is Worker.Failure {
      return try await base.worker.run(body)
    }
  }

  private func usage<T>(_ body: () throws -> T) throws -> T {
    do { return try body() } catch { throw CommandError.usage("\(error)") }
  }

  private func configured<T>(_ body: () throws -> T) throws -> T {
    do { return try body() } catch { throw CommandError.configuration("\(error)") }
  }
}
