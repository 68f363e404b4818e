import AgentCore
import AgentHost

@testable import AgentPlugins

extension ClaimSight {
  /// What a look at the test host's time gave.
  static func sample(
    _ outcome: ProbeOutcome, table: Result<NetworkTable, NetworkError>, heard: HeardClaims = HeardClaims(),
    connection: AddressConnection? = nil, counters: NetworkCounters = NetworkCounters()
  ) -> ClaimSight {
    ClaimSight(
      outcome: outcome, table: table, counters: counters, heard: heard, connection: connection, begin: TestHost.time,
      signs: ClaimMemory.Signs())
  }
}
