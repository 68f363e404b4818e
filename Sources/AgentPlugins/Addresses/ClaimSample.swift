import AgentCore
import AgentHost

/// What the link said of an address, and how this host itself stood to it at that moment: both belong together, because a
/// host does not hear itself.
struct ClaimSample: Sendable, Equatable {
  /// Who answered.
  var outcome: ProbeOutcome
  /// This host's tables when the question had ended.
  var table: Result<NetworkTable, NetworkError>
  /// What had come and gone by then.
  var counters: NetworkCounters
  /// What was heard unasked by then.
  var heard: HeardClaims
  /// What came of a connection, tried only where nobody answered and this host does not hold the address.
  var connection: AddressConnection?
  /// When the question began.
  var begin: HostTime
  /// What told of other holders when it began.
  var signs: ClaimMemory.Signs
  /// Whether no look had it before.
  var isNew = true
}

/// What came of a connection to an address.
enum AddressConnection: Sendable, Equatable {
  /// Something accepted it.
  case accepted
  /// Nothing did, with the reason.
  case failed(String)
}
