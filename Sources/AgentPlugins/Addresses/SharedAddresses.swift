import AgentKnowledge
import AgentText

/// The addresses that move from host to host, or may: none of them tells which host it is.
struct SharedAddresses: Sendable, Equatable {
  /// The shared address of the API servers; nil when there is none, or it is not known.
  var endpoint: IPAddress?
  /// The addresses of Services.
  var services: ServiceAddressSettings?

  /// Whether an address is one of them, or one that every link has for itself.
  func contains(_ address: IPAddress) -> Bool {
    address == endpoint || address.isLinkLocal
      || services.map { $0.watched.contains(address) || $0.pools.contains { $0.contains(address) } } == true
  }
}

extension IPAddress {
  /// 169.254.0.0/16 or fe80::/10, which many hosts may have.
  fileprivate var isLinkLocal: Bool { family == .v4 ? number >> 16 == 0xA9FE : number >> 118 == 0xFE80 >> 6 }
}
