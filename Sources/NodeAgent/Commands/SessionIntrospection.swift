import AgentCore
import AgentHost
import AgentKnowledge
import AgentPlugins

/// What the agent tells its own plugin of itself.
///
/// Plugins are made before the state that holds their rounds, so the state is connected afterwards.
final class SessionIntrospection: AgentIntrospection {
  private let events: HostEvents
  private let registry: [Registration]
  private let worker: Worker
  private let log: LogOutput?
  private let state = Guarded(Link())

  /// Weak, because the state holds the plugins, and one of them holds this.
  private struct Link {
    weak var state: NodeState?
  }

  init(events: HostEvents, registry: [Registration], worker: Worker, log: LogOutput?) {
    self.events = events
    self.worker = worker
    self.log = log
    self.registry = registry
  }

  func connect(_ state: NodeState) { self.state.withLock { $0.state = state } }

  func rounds() -> [RoundStatus] { state.withLock(\.state)?.rounds() ?? [] }

  func requirements() -> [Requirement] { registry.flatMap(\.descriptor.requirements) }

  func droppedLogEntries() -> Int { log?.dropped ?? 0 }

  func reading() -> Worker.Health { worker.health() }

  func fileWatching() async -> FileWatcher.Health? { await events.fileWatching() }
}
