import AgentCore
import AgentHost
import Logging

/// Reads the configuration again and takes it over whole, or not at all.
struct Reload: Sendable {
  let builder: SessionBuilder
  let current: CurrentSession
  let clock: any AgentClock
  let logger: Logger
  /// What the server listens on because the configuration said so at the start; nil where the command line did.
  let listening: [ListenAddress]?

  /// On the event loop's thread; one at a time.
  func run() async {
    let before = current.session
    let state = before.engine.state
    do {
      let plan = try await builder.plan(on: before.base, keeping: before.plan.active)
      current.adopt(plan)
      state.configuration = ConfigurationStatus(isCurrent: true, loadedAt: clock.now())
      tell(plan, after: before.plan)
    } catch {
      let loadedAt = state.configuration?.loadedAt ?? clock.now()
      state.configuration = ConfigurationStatus(isCurrent: false, loadedAt: loadedAt)
      logger.error("the configuration was not loaded, the one before stays in force:")
      let message = (error as? CommandError)?.message ?? "\(error)"
      for line in message.split(whereSeparator: \.isNewline) { logger.error("\(line)") }
    }
  }

  private func tell(_ plan: SessionPlan, after before: SessionPlan) {
    let known = Dictionary(before.active.map { ($0.name, $0.basis) }, uniquingKeysWith: { first, _ in first })
    let anew = plan.active.filter { known[$0.name] != $0.basis }.map(\.name)
    let roles = plan.roles.sorted().map(\.rawValue).joined(separator: ", ")
    logger.notice(
      "configuration loaded, watching as \(roles); begun anew: \(anew.isEmpty ? "nothing" : anew.joined(separator: ", "))"
    )
    if let listening, listening != plan.configuration.settings.listen {
      let places = listening.map(\.description).joined(separator: ", ")
      logger.warning(
        "'listen' changed, which a reload cannot take over: it listens on \(places) until systemctl restart nodeagent")
    }
  }
}
