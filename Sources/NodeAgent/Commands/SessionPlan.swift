import AgentCore
import AgentKnowledge

/// What the configuration makes of a host; a reload makes it anew.
struct SessionPlan: Sendable {
  var configuration: Configuration
  var roles: Set<Role>
  /// A file that might have told a role and could not be read.
  var roleProblem: String?
  var host: Host
  var active: [ActivePlugin]
}
