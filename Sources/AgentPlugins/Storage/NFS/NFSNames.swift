import AgentHost
import AgentKnowledge

/// Whose the volumes on servers are: read while something is wrong with those.
struct NFSNames: Sendable, Equatable {
  /// What was mounted; see ``NFSMounts/digest``.
  var mounts: Int
  /// The servers.
  var servers: Set<String>
  /// The names of pods by UID.
  var pods: Fact<PodNames>
  /// The directories of the share, which may hold the claims' names, by file system.
  var subdirectories: [DeviceNumber: [String]] = [:]
}
