import AgentCore
import AgentHost
import AgentKnowledge
import AgentPlugins

/// What the configuration makes of a host; a reload makes it anew.
struct SessionPlan: Sendable {
  var configuration: Configuration
  var roles: Set<Role>
  /// A file that might have told a role and could not be read.
  var roleProblem: String?
  var host: Host
  var active: [ActivePlugin]
}

/// What a session stands on for its whole life: threads, handles, sources and the command line. A reload keeps it.
struct SessionBase: Sendable {
  let registry: [Registration]
  let selection: CheckSelection
  let root: HostRoot
  let files: HostFiles
  let worker: Worker
  let events: HostEvents
  let kubelet: KubeletSource
  let introspection: SessionIntrospection
  let sources: HostSources
}

/// The session as the last good configuration made it; read from any thread.
final class CurrentSession: Sendable {
  private let content: Guarded<AgentSession>

  init(_ session: AgentSession) { content = Guarded(session) }

  var session: AgentSession { content.withLock(\.self) }

  /// Goes on as a new configuration wants it; on the event loop's thread.
  func adopt(_ plan: SessionPlan) {
    // Before the engine: whoever sees a round of the new plugins sees their roles, too.
    content.withLock { $0.plan = plan }
    session.engine.adopt(plan.active)
  }
}
