import AgentCore
import AgentHost

@testable import AgentPlugins

extension ClaimSample {
  /// What a look at the test host's time gave.
  static func sample(
    _ outcome: ProbeOutcome, table: Result<NetworkTable, NetworkError>, heard: HeardClaims = HeardClaims(),
    connection: AddressConnection? = nil, counters: NetworkCounters = NetworkCounters()
  ) -> ClaimSample {
    ClaimSample(
      outcome: outcome, table: table, counters: counters, heard: heard, connection: connection, begin: TestHost.time,
      signs: ClaimMemory.Signs())
  }
}
