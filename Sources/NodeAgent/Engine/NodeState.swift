import AgentCore
import AgentHost
import AgentKnowledge

/// The last state of the node: the only thing that rounds write and readers read.
final class NodeState: Sendable {
  private struct Content {
    var plugins: [String: PluginState] = [:]
    var generation: UInt64 = 0
    var page: (generation: UInt64, bytes: [UInt8])?
    var beat: HostTime
    var active: [ActivePlugin]
    var configuration: ConfigurationStatus?
  }

  private let content: Guarded<Content>
  private let started: HostTime

  init(active: [ActivePlugin], started: HostTime) {
    self.started = started
    content = Guarded(Content(beat: started, active: active))
  }

  /// Takes the end of a round.
  func publish(_ round: PluginRound, of plugin: String) {
    content.withLock { content in
      content.plugins[plugin, default: PluginState()].take(round)
      content.generation += 1
    }
  }

  /// Goes on with the same plugins as a new configuration wants them; what they found stays.
  ///
  /// - Parameter tracks: what is announced of each plugin from now on.
  func adopt(_ active: [ActivePlugin], tracks: [String: [AnnouncedVerdict]]) {
    content.withLock { content in
      content.active = active
      for (plugin, tracks) in tracks { content.plugins[plugin]?.take(tracks) }
      content.generation += 1
    }
  }

  /// How the reading of the configuration went; nil where it is read only once.
  var configuration: ConfigurationStatus? {
    get { content.withLock(\.configuration) }
    set {
      content.withLock { content in
        content.configuration = newValue
        content.generation += 1
      }
    }
  }

  /// The event loop is alive.
  func beat(at time: HostTime) { content.withLock { $0.beat = time } }

  /// When the event loop was last seen alive.
  var lastBeat: HostTime { content.withLock(\.beat) }

  /// Whether every plugin has ended a round.
  var isReady: Bool {
    content.withLock { content in content.active.allSatisfy { content.plugins[$0.name] != nil } }
  }

  /// All plugins as they are now, in the order of the registry.
  func snapshot() -> NodeSnapshot {
    let (active, plugins, configuration) = content.withLock { ($0.active, $0.plugins, $0.configuration) }
    return NodeSnapshot(
      plugins: active.map { NodeSnapshot.Entry(active: $0, state: plugins[$0.name]) }, started: started,
      configuration: configuration)
  }

  /// The rendered page: made anew only when a round ended since the last one.
  func page(_ render: (NodeSnapshot) -> [UInt8]) -> [UInt8] {
    let (generation, ready) = content.withLock { content in
      (content.generation, content.page?.generation == content.generation ? content.page?.bytes : nil)
    }
    if let ready { return ready }
    let bytes = render(snapshot())
    content.withLock { content in
      if content.generation == generation { content.page = (generation, bytes) }
    }
    return bytes
  }

  /// How the rounds of every plugin go.
  func rounds() -> [RoundStatus] {
    snapshot().plugins.map { entry in
      RoundStatus(
        plugin: entry.active.name, interval: entry.active.interval, lastSuccess: entry.state?.lastSuccess,
        watchedSince: started, failure: entry.state?.last.problem)
    }
  }
}
