import AgentCore

/// What a round left behind.
struct PluginRound: Sendable, Equatable {
  var tracks: [AnnouncedVerdict] = []
  /// Announced changes per check since the start of the agent.
  var transitions: [CheckID: Int] = [:]
  var metrics: [MetricFamily] = []
  /// The moves that are remembered, the newest first.
  var moves: [Move] = []
  /// Why it could not look; nil when it could.
  var problem: String?
  var ended = HostTime(wallNanoseconds: 0, bootNanoseconds: 0)
  var duration = Duration.zero
}

/// The last round of a plugin and what must outlive it.
struct PluginState: Sendable, Equatable {
  private(set) var last = PluginRound()
  private(set) var lastSuccess: HostTime?
  private(set) var failures = 0

  mutating func take(_ round: PluginRound) {
    last = round
    if round.problem == nil { lastSuccess = round.ended } else { failures += 1 }
  }

  /// Takes what is announced without a look, because the configuration says so.
  mutating func take(_ tracks: [AnnouncedVerdict]) { last.tracks = tracks }
}

/// The whole node at one moment.
struct NodeSnapshot: Sendable {
  struct Entry: Sendable {
    var active: ActivePlugin
    /// Nil before the first round.
    var state: PluginState?
  }

  var plugins: [Entry]
  var started: HostTime
  /// Nil where the configuration is read only once.
  var configuration: ConfigurationStatus?
}

/// How the reading of the configuration went.
struct ConfigurationStatus: Sendable, Equatable {
  /// Whether the last reading succeeded: what is in force is what the file says.
  var isCurrent: Bool
  /// The last reading that succeeded.
  var loadedAt: HostTime
}
