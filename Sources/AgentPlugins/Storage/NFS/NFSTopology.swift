import AgentCore
import AgentHost
import AgentKnowledge
import AgentText

/// Puts mounted file systems and configured exports together, by server.
struct NFSTopology {
  /// Above so many exports of one server they count as one: a storage class may mount every volume as an export of its
  /// own, and one fault is then one finding all the same.
  static let mostExports = 8

  /// The servers, by name.
  static func servers(of views: [NFSSystemView], configured: [NFSSource]) -> [NFSServerView] {
    let mounted = Dictionary(grouping: views, by: \.system.server)
    let named = Dictionary(grouping: configured, by: { "\($0.server)" })
    return Set(mounted.keys).union(named.keys).sorted().map { name in
      let systems = mounted[name] ?? []
      var server = NFSServerView(name: name, exports: exports(of: systems, server: name))
      server.configured = (named[name] ?? []).map { "\($0.export)" }.filter { path in
        !systems.contains { isWithin($0.system.export, path) }
      }
      return server
    }
  }

  /// The questions for a server: one for each address, port and version of its mounts.
  ///
  /// - Parameter named: addresses of configured servers that are named, from /etc/hosts.
  static func targets(of server: NFSServerView, named: [String: IPAddress]) -> [NFSTarget] {
    let systems = server.exports.flatMap(\.systems).map(\.system)
    let mounted = systems.filter { $0.transport == .tcp }.compactMap { system in
      system.address.map { NFSTarget(address: $0, port: system.port, version: system.majorVersion) }
    }
    var distinct: [NFSTarget] = []
    for target in mounted where !distinct.contains(target) { distinct.append(target) }
    guard systems.isEmpty else { return Array(distinct.prefix(mostTargets)) }
    let address = (try? IPAddress(settingsScalar: server.name)) ?? named[server.name]
    return address.map { [NFSTarget(address: NFSAddress($0), version: 4)] } ?? []
  }

  private static let mostTargets = 4

  /// Why a server without questions is not asked.
  static func reason(_ server: NFSServerView) -> String {
    let systems = server.exports.flatMap(\.systems).map(\.system)
    for case .other(let name) in systems.map(\.transport) {
      return "its mounts use \(name): only they can tell whether it answers"
    }
    return systems.isEmpty
      ? "the address of \(server.name) is not known: no mount and no line of /etc/hosts tells it"
      : "no mount tells its address"
  }

  private static func exports(of systems: [NFSSystemView], server: String) -> [NFSExportView] {
    let byPath = Dictionary(grouping: systems, by: \.system.export)
    guard byPath.count > mostExports else {
      return byPath.sorted { $0.key < $1.key }.map { NFSExportView(server: server, path: $0.key, systems: $0.value) }
    }
    return [NFSExportView(server: server, path: commonPath(of: byPath.keys.sorted()), systems: systems)]
  }

  private static func commonPath(of paths: [String]) -> String {
    guard let first = paths.first, let last = paths.last else { return "/" }
    // Of sorted paths the first and the last differ earliest.
    let common = zip(first.split(separator: "/"), last.split(separator: "/")).prefix { $0 == $1 }.map(\.0)
    return "/" + common.joined(separator: "/")
  }

  /// Whether a path is a directory or lies below it.
  private static func isWithin(_ path: String, _ directory: String) -> Bool {
    directory == "/" || path == directory || path.hasPrefix(directory + "/")
  }
}
