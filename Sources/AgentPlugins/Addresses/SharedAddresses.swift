import AgentHost
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

/// The names of hosts by their addresses, as this host's files and the configuration give them. Nobody is asked.
struct HostNames: Sendable, Equatable {
  /// This host's own name.
  var own: String?
  private var names: [IPAddress: String] = [:]

  /// Knows no name.
  init() {}

  /// Reads the names of some addresses from /etc/hosts; of several the one that the configuration uses, else the first.
  init(_ files: HostFiles, of addresses: Set<IPAddress>, preferring configured: Set<String>) {
    let name = HostIdentity(reading: files).name
    own = name == HostIdentity.unknown ? nil : PlainText.short(name)
    guard !addresses.isEmpty, let content = (try? files.bytesIfPresent(HostsFile.path)) ?? nil else { return }
    names = HostsFile.names(of: addresses, in: content).compactMapValues { found in
      (found.first { configured.contains($0.lowercased()) } ?? found.first).map { PlainText.short($0) }
    }
  }

  /// The name of an address.
  subscript(address: IPAddress) -> String? { names[address] }
}

extension Host {
  /// The names of a neighbourhood's hosts.
  func names(of neighbourhood: Neighbourhood) async -> HostNames {
    let members = cluster.controlPlane.members + [cluster.controlPlane.endpoint].compactMap(\.self)
    let configured = Set(members.filter { $0.host.address == nil }.map { "\($0.host)".lowercased() })
    let addresses = neighbourhood.nameable
    return (try? await read { HostNames($0, of: addresses, preferring: configured) }) ?? HostNames()
  }
}
