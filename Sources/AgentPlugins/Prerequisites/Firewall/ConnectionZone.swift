import AgentHost
import AgentKnowledge

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
