package import AgentCore
package import AgentHost

/// What the agent knows of itself, for the plugin that judges it.
package protocol AgentIntrospection: Sendable {
  /// How the rounds of every plugin go.
  func rounds() -> [RoundStatus]
  /// What the registered plugins must be allowed to read.
  func requirements() -> [Requirement]
  /// How the watching of files goes; nil where nothing is watched.
  func fileWatching() async -> FileWatcher.Health?
  /// How many entries of the log nobody took in time.
  func droppedLogEntries() -> Int
  /// How the threads that read files are.
  func reading() -> Worker.Health
}

/// How the rounds of one plugin go.
package struct RoundStatus: Sendable, Hashable {
  /// The plugin.
  package var plugin: String
  /// The longest time between two of its rounds.
  package var interval: Duration
  /// The end of the last round that succeeded; nil while there was none.
  package var lastSuccess: HostTime?
  /// The start of the agent, from which the first round is awaited.
  package var watchedSince: HostTime
  /// Why the last round failed; nil when it succeeded or none has ended.
  package var failure: String?

  /// Makes a status.
  package init(
    plugin: String, interval: Duration, lastSuccess: HostTime?, watchedSince: HostTime, failure: String?
  ) {
    self.plugin = plugin
    self.interval = interval
    self.lastSuccess = lastSuccess
    self.watchedSince = watchedSince
    self.failure = failure
  }
}
