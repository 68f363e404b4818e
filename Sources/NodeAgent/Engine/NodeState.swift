import AgentCore
import AgentHost
import Synchronization

/// The last state of the node: the only thing that rounds write and readers read.
final class NodeState: Sendable {
  private struct Content {
    var plugins: [String: PluginState] = [:]
    var generation: UInt64 = 0
    var page: (generation: UInt64, bytes: [UInt8])?
    var beat: HostTime
  }

  private let content: Mutex<Content>
  private let started: HostTime
  private let active: [ActivePlugin]

  init(active: [ActivePlugin], started: HostTime) {
    self.active = active
    self.started = started
    content = Mutex(Content(beat: started))
  }

  /// Takes the end of a round.
  func publish(_ round: PluginRound, of plugin: String) {
    content.withLock { content in
      content.plugins[plugin, default: PluginState()].take(round)
      content.generation += 1
    }
  }

  /// The event loop is alive.
  func beat(at time: HostTime) { content.withLock { $0.beat = time } }

  /// When the event loop was last seen alive.
  var lastBeat: HostTime { content.withLock(\.beat) }

  /// Whether every plugin has ended a round.
  var isReady: Bool {
    content.withLock { content in active.allSatisfy { content.plugins[$0.name] != nil } }
  }

  /// All plugins as they are now, in the order of the registry.
  func snapshot() -> NodeSnapshot {
    let plugins = content.withLock(\.plugins)
    return NodeSnapshot(
      plugins: active.map { NodeSnapshot.Entry(active: $0, state: plugins[$0.name]) }, started: started)
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
