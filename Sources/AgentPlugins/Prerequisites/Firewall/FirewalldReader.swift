import AgentCore
import AgentHost
import AgentKnowledge

/// Reads firewalld's permanent configuration. What runs may differ from it: only the daemon itself knows.
struct FirewalldReader {
  private static let configuration = "\(FirewalldFiles.directory)/firewalld.conf"
  private static let direct = "\(FirewalldFiles.directory)/direct.xml"
  private static let unit = "firewalld.service"
  private static let process = "firewalld"

  let files: HostFiles
  let node: NodeNetwork
  private let own: FirewalldFiles

  init(files: HostFiles, node: NodeNetwork) {
    self.files = files
    self.node = node
    own = FirewalldFiles(files: files)
  }

  func state() -> FirewallState {
    let activity = activity()
    switch activity {
    case .active, .atNextBoot, .unclear: return FirewallState(activity: activity, rules: rules())
    case .absent, .inactive, .unseen: return FirewallState(activity: activity)
    }
  }

  private func activity() -> FirewallActivity {
    do throws(FileError) {
      let processes = try? ProcessTable(reading: files)
      if let found = processes?.first(named: Self.process) {
        return .active(Evidence("/proc/\(found.id)/comm", found.name))
      }
      guard try isInstalled() else {
        return try files.kind("/etc") == nil ? .unseen(FirewallProblem("/etc", "no such directory")) : .absent
      }
      // Where not even process 1 is seen, others are hidden too (hidepid of proc(5)).
      guard let processes, processes.processes.contains(where: { $0.id == 1 }) else {
        return .unclear(FirewallProblem("/proc", "the processes of the host cannot be seen"))
      }
      let units = UnitFiles(files, scope: .nextBoot)
      let isMasked = try units.find(Self.unit)?.isMasked ?? true
      guard let link = try units.pulledIn()[Self.unit], !isMasked else {
        return .inactive(Evidence("/proc", "no process \(Self.process), and no link starts \(Self.unit) at boot"))
      }
      return .atNextBoot(Evidence(link, "starts \(Self.unit)"))
    } catch {
      return .unseen(FirewallProblem(error))
    }
  }

  private func isInstalled() throws(FileError) -> Bool {
    for directory in [FirewalldFiles.directory, FirewalldFiles.packaged] where try files.kind(directory) != nil {
      return true
    }
    return try UnitFiles(files).find(Self.unit) != nil
  }

  private func rules() -> FirewallRuleSet {
    do throws(FirewallProblem) { return try ruleSet() } catch {
      return FirewallRuleSet(
        rules: [], acceptsOthers: false, source: FirewalldFiles.directory, note: "as configured on disk",
        followsFelix: false, problems: [error])
    }
  }

  private func ruleSet() throws(FirewallProblem) -> FirewallRuleSet {
    let settings = try settings()
    let zones = try FirewalldZones(own)
    let reader = FirewalldRules(files: own, node: node)
    let here = try zone(zones, settings.zone)
    var rules: [FirewallRule] = []
    for zone in zones.zones where zone.name != here.name {
      // What comes from these is judged by that zone; for the others its rules say nothing.
      var inside = try reader.rules(of: zone.elements).filter(\.accepts)
      if zone.accepts { inside.append(FirewallRule(accepts: true)) }
      rules += zone.sources.flatMap { source in inside.compactMap { node.rule($0, fromSource: source) } }
    }
    let policies = try FirewalldPolicies(own, reader, zone: here.name)
    rules += try policies.before + reader.rules(of: here.elements) + policies.after
    return FirewallRuleSet(
      rules: rules, acceptsOthers: here.accepts, source: here.path, note: note(here), zone: zoneOption(here, settings),
      followsFelix: settings.usesIptables, problems: settings.usesIptables ? try directRules() : [])
  }

  /// The zone of those neighbours that the node shares its network with: one that has them as its source goes before
  /// the interface's.
  private func zone(_ zones: FirewalldZones, _ fallback: String) throws(FirewallProblem) -> FirewalldZones.Zone {
    if let bySource = zones.zones.first(where: { $0.sources.contains { node.reach(ofSource: $0) == .everyone } }) {
      return bySource
    }
    let connection = try connectionZone()
    guard let zone = zones.zone(ofInterface: node.interface, connection: connection, fallback: fallback) else {
      throw FirewallProblem("\(FirewalldFiles.directory)/zones", "there is no zone \(fallback)")
    }
    return zone
  }

  private func connectionZone() throws(FirewallProblem) -> String? {
    guard let interface = node.interface else { return nil }
    do { return try ConnectionZone.read(files, interface: interface) } catch { throw FirewallProblem(error) }
  }

  private func note(_ zone: FirewalldZones.Zone) -> String {
    let place = node.interface.map { " of \($0)" } ?? ""
    return "zone \(zone.name)\(place), as configured on disk"
  }

  private func zoneOption(_ zone: FirewalldZones.Zone, _ settings: (zone: String, usesIptables: Bool)) -> String? {
    zone.name == settings.zone ? nil : zone.name
  }

  /// firewalld.conf(5); a key counts where it stands first.
  private func settings() throws(FirewallProblem) -> (zone: String, usesIptables: Bool) {
    do throws(FileError) {
      let values = EnvironmentFile.parse(try files.textIfPresent(Self.configuration) ?? "")
      let value = { (name: String) in values.first { $0.name == name && !$0.value.isEmpty }?.value }
      return (value("DefaultZone") ?? "public", value("FirewallBackend") == "iptables")
    } catch {
      throw FirewallProblem(error)
    }
  }

  /// With nftables, direct rules let nothing in (firewalld.direct(5), "Packet accept/drop precedence"); with iptables
  /// they decide first, and are not read here.
  private func directRules() throws(FirewallProblem) -> [FirewallProblem] {
    guard let root = try own.document(Self.direct), !(root.all("rule") + root.all("passthrough")).isEmpty else {
      return []
    }
    return [FirewallProblem(Self.direct, "has direct rules, which go before all others")]
  }
}
