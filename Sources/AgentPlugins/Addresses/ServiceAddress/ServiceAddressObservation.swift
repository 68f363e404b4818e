package import AgentCore
import AgentHost
import AgentKnowledge
import AgentText

/// What is known of the addresses of Services, on this host and on its links.
package struct ServiceAddressObservation: Sendable, Equatable {
  /// When it was looked at.
  package var takenAt: HostTime
  /// What is configured.
  var settings: ServiceAddressSettings
  /// The addresses of the API servers that the configuration names.
  var members: [IPAddress] = []
  /// The address of the API servers that moves from host to host.
  var endpoint: Fact<ControlPlaneEndpoint> = .absent
  /// The process that announces or binds addresses of Services on this host.
  var announcer: Fact<ServiceAnnouncer> = .absent
  /// The host's own tables, as far as they matter.
  var network: Result<ServiceNetwork, NetworkError>
  /// What the links answered, for every address in use.
  var claims: [ServiceClaim] = []
  /// The last moves of the addresses in use, the newest of each first.
  var moves: [Move] = []

  /// How far the search of the pools is; nil where they are not searched.
  var search: PoolSearch.Findings?

  /// Whether neither pools nor addresses are configured.
  var isEmpty: Bool { settings.pools.isEmpty && settings.watched.isEmpty }
}
