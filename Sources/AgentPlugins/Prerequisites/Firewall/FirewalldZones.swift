import AgentHost
import AgentKnowledge

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

/// The policies for traffic that ends on this host: those of negative priority come before the zone's rules, the others
/// after (firewalld.policies(5), firewalld.policy(5)).
struct FirewalldPolicies {
  private static let defaultPriority = -1

  var before: [FirewallRule] = []
  var after: [FirewallRule] = []

  init(_ files: FirewalldFiles, _ reader: FirewalldRules, zone: String) throws(FirewallProblem) {
    let all = try files.documents("policies").values.flatMap { $0 }
      .map { (priority: $0.root.attributes["priority"].flatMap { Int($0) } ?? Self.defaultPriority, document: $0) }
      .sorted { ($0.priority, $0.document.path) < ($1.priority, $1.document.path) }
    for (priority, (_, root)) in all where Self.concerns(root, zone) {
      var rules = try reader.rules(of: root.children)
      switch root.attributes["target"] {
      case "ACCEPT": rules.append(FirewallRule(accepts: true))
      case "REJECT", "DROP": rules.append(FirewallRule(accepts: false))
      default: break
      }
      if priority < 0 { before += rules } else { after += rules }
    }
  }

  private static func concerns(_ policy: XMLElement, _ zone: String) -> Bool {
    let names = { (element: String) in policy.all(element).compactMap { $0.attributes["name"] } }
    let comesFrom = names("ingress-zone")
    return names("egress-zone").contains("HOST") && (comesFrom.contains("ANY") || comesFrom.contains(zone))
  }
}

/// The zone that NetworkManager, or an older network script, gives an interface: `zone=` of the connection
/// (nm-settings-keyfile(5)), `ZONE=` of ifcfg-NAME (firewalld.zones(5)).
enum ConnectionZone {
  private static let keyfiles = ["/etc", "/run", "/usr/lib"].map { "\($0)/NetworkManager/system-connections" }
  private static let scripts = "/etc/sysconfig/network-scripts"

  /// The zone; nil where no connection names one.
  static func read(_ files: HostFiles, interface: String) throws(FileError) -> String? {
    var others: [String] = []
    for directory in keyfiles {
      for name in try files.entries(directory) ?? [] where !name.hasPrefix(".") {
        let path = "\(directory)/\(name)"
        guard try files.kind(path) == .regular else { continue }
        // Names of wireless networks come in any encoding.
        let text = String(decoding: try files.bytesIfPresent(path) ?? [], as: UTF8.self)
        let settings = UnitText.parse(text).filter { $0.section == "connection" }
        guard let zone = settings.last(where: { $0.key == "zone" })?.value, !zone.isEmpty else { continue }
        let bound = settings.last { $0.key == "interface-name" }?.value
        if bound == interface { return zone }
        if bound == nil { others.append(zone) }
      }
    }
    let script = EnvironmentFile.parse(try files.textIfPresent("\(scripts)/ifcfg-\(interface)") ?? "")
    if let zone = script.last(where: { $0.name == "ZONE" })?.value, !zone.isEmpty { return zone }
    // A connection without an interface's name fits any.
    return others.count == 1 ? others.first : nil
  }
}
