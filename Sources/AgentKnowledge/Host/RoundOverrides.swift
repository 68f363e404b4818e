package import AgentCore

/// What the configuration and the command line ask of the rounds, by the names of plugins.
package struct RoundOverrides: Sendable, Hashable {
  /// Intervals that the configuration sets.
  package var intervals: [String: Duration]
  /// Deadlines that the configuration sets.
  package var deadlines: [String: Duration]
  /// How long one look of all plugins may take (`--timeout`); nil for as long as their deadlines.
  package var timeout: Duration?
  /// The names that `doctor` was asked for: checks, plugins and areas; empty for everything, and for other commands.
  package var named: Set<String>
  /// Whether there are rounds, or one look only.
  package var isLasting: Bool

  /// Makes overrides; without arguments, one look at everything as the plugins themselves say.
  package init(
    intervals: [String: Duration] = [:], deadlines: [String: Duration] = [:], timeout: Duration? = nil,
    named: Set<String> = [], isLasting: Bool = false
  ) {
    self.intervals = intervals
    self.deadlines = deadlines
    self.timeout = timeout
    self.named = named
    self.isLasting = isLasting
  }

  /// Whether a check was asked for by its own name or its plugin's.
  package func isNamed(_ check: CheckID) -> Bool { named.contains(check.description) || named.contains(check.plugin) }

  /// The time between two looks of a plugin on a host of these roles.
  package func interval(of descriptor: PluginDescriptor, roles: Set<Role>) -> Duration {
    intervals[descriptor.name] ?? descriptor.rhythm.interval(for: roles)
  }

  /// How long one look of a plugin may take.
  package func deadline(of descriptor: PluginDescriptor) -> Duration {
    let named = descriptor.checks.contains { isNamed($0.id) } ? descriptor.namedDeadline : nil
    let deadline = deadlines[descriptor.name] ?? named ?? descriptor.deadline
    return timeout.map { min($0, deadline) } ?? deadline
  }
}
