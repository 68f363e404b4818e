import AgentCore
import AgentHost
import AgentPlugins

/// Opens the host and makes the plugins that its configuration and the command line ask for.
struct SessionBuilder {
  let options: ObservingOptions
  let loop: EventLoop
  /// Whether the session waits for events, or looks once.
  let isLasting: Bool
  /// The names that the user asked for, where that asks for more than usual; see ``RoundWishes/named``.
  var named: Set<String> = []

  /// - Throws: ``CommandError``.
  func build() async throws -> AgentSession {
    let registry = PluginRegistry.all
    let selection = try usage { try CheckSelection(only: options.only, skip: options.skip, registry: registry) }
    let root = try usage { try HostRoot(options.root, mode: options.probe?.mode) }
    let recording = try configured { try Recording(of: root) }
    let files = HostFiles(root: root, forbidden: recording.forbidden)
    let worker = try Worker()
    let (detected, identity) = try await worker.run { (RoleDetection(reading: files), HostIdentity(reading: files)) }
    let configuration = try load(root: root, registry: registry, detected: detected)
    let named = Set(options.role.compactMap(\.role))
    let roles = named.isEmpty ? configuration.settings.roles ?? detected.roles : named
    let clock = LoopClock(loop: loop)
    let events = root.mode == .live && isLasting ? HostEvents.live(loop: loop, files: files) : .none
    let knowledge = AgentKnowledge(events: events, registry: registry)
    let sources =
      root.mode == .live
      ? HostSources.live(files: files, worker: worker, loop: loop, clock: clock, isLasting: isLasting)
      : .recorded(recording, files: files, worker: worker)
    let host = Host(
      files: files, roles: roles, cluster: configuration.settings.cluster, worker: worker, events: events,
      kubelet: KubeletSource(files: files, worker: worker, loop: loop), agent: knowledge, sources: sources,
      wishes: wishes(configuration))
    let active = ActivePlugins(configuration: configuration, selection: selection).make(registry, host: host)
    let shown: any AgentClock =
      root.mode == .recorded && !isLasting ? RecordedClock(showing: recording.time) : clock
    let state = NodeState(active: active, started: shown.now())
    knowledge.connect(state)
    return AgentSession(
      configuration: configuration, roles: roles, roleProblem: detected.problems.first?.description, identity: identity,
      clock: shown, host: host, isThisMachine: root.mode == .live && root.path == "/",
      engine: Engine(loop: loop, clock: shown, active: active, state: state), events: events,
      network: sources.network)
  }

  private func wishes(_ configuration: Configuration) -> RoundWishes {
    let settings = configuration.pluginSettings
    return RoundWishes(
      intervals: settings.compactMapValues(\.interval), deadlines: settings.compactMapValues(\.timeout),
      timeout: options.timeout.map { .seconds($0) }, named: named, isLasting: isLasting)
  }

  private func load(root: HostRoot, registry: [Registration], detected: RoleDetection) throws -> Configuration {
    try configured {
      try ConfigurationFile(named: options.config, root: root).load(registry: registry, detected: detected)
    }
  }

  private func usage<T>(_ body: () throws -> T) throws -> T {
    do { return try body() } catch { throw CommandError.usage("\(error)") }
  }

  private func configured<T>(_ body: () throws -> T) throws -> T {
    do { return try body() } catch { throw CommandError.configuration("\(error)") }
  }
}
