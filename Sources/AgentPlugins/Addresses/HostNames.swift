import AgentHost
import AgentKnowledge
import AgentText

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
