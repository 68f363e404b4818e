/// The zones of firewalld, and which of them the node's neighbours meet.
struct FirewalldZones {
  /// One zone.
  struct Zone {
    var name: String
    var path: String
    /// ACCEPT lets in whatever no rule is about; every other target keeps it out.
    var accepts: Bool
    var interfaces: [String]
    /// Addresses, hardware addresses and `ipset NAME`: these go before interfaces.
    var sources: [String]
    var elements: [XMLElement]
  }

  var zones: [Zone]

  init(_ files: FirewalldFiles) throws(FirewallProblem) {
    zones = []
    for (name, parts) in try files.documents("zones").sorted(by: { $0.key < $1.key }) {
      guard let first = parts.first else { continue }
      let elements = parts.flatMap(\.root.children)
      let sources = elements.filter { $0.name == "source" }.compactMap { source in
        source.attributes["address"] ?? source.attributes["mac"] ?? source.attributes["ipset"].map { "ipset \($0)" }
      }
      zones.append(
        Zone(
          name: name, path: first.path, accepts: parts.contains { $0.root.attributes["target"] == "ACCEPT" },
          interfaces: elements.filter { $0.name == "interface" }.compactMap { $0.attributes["name"] },
          sources: sources, elements: elements))
    }
  }

  func named(_ name: String) -> Zone? { zones.first { $0.name == name } }

  /// The zone of an interface: what its connection says, else the zone that names it, else the default one.
  func zone(ofInterface interface: String?, connection: String?, fallback: String) -> Zone? {
    if let connection, let zone = named(connection) { return zone }
    if let interface, let zone = zones.first(where: { $0.interfaces.contains(interface) }) { return zone }
    // firewalld falls back to public where the default zone has no file (src/firewall/core/fw.py).
    return named(fallback) ?? named("public")
  }
}
