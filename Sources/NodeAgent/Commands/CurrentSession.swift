import AgentHost

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
