import AgentCore
import AgentPlugins
import AgentText

/// Reads the parts of a configuration that name checks and plugins, against those that exist.
struct ConfigurationReading {
  let registry: [Registration]
  let detectedRoles: DetectedRoles
  let diagnostics: SettingsDiagnostics

  func agent(_ top: SettingsNode) -> AgentSettings {
    let settings: AgentSettings = top.decode(into: diagnostics)
    if settings.roles == nil {
      let names = detectedRoles.roles.sorted().map(\.rawValue).joined(separator: ", ")
      let origin = detectedRoles.file.map { EffectiveSetting.Origin.detected(file: $0) } ?? .default
      diagnostics.record(EffectiveSetting(path: "role (in effect)", value: "[\(names)]", origin: origin))
    }
    return settings
  }

  func checks(_ node: SettingsNode) -> [CheckID: CheckSettings] {
    let known = registry.flatMap { $0.descriptor.checks.map(\.id.description) }
    requireMapping(node, of: "check ids")
    let claimed = registry.reduce(into: Set<String>()) { $0.formUnion($1.validate(node, into: diagnostics)) }
    var settings: [CheckID: CheckSettings] = [:]
    for child in node.children {
      guard known.contains(child.key) else {
        diagnostics.reportUnknownKey(child, allowed: known)
        continue
      }
      settings[CheckID(child.key)] = child.decodeCheck(isOpen: claimed.contains(child.key), into: diagnostics)
    }
    return settings
  }

  func plugins(_ node: SettingsNode) -> [String: PluginTimings] {
    let known = registry.map(\.descriptor.name)
    requireMapping(node, of: "plugin names")
    var settings: [String: PluginTimings] = [:]
    for child in node.children {
      guard known.contains(child.key) else {
        diagnostics.reportUnknownKey(child, allowed: known)
        continue
      }
      settings[child.key] = child.decode(PluginTimings.self, into: diagnostics)
    }
    return settings
  }

  private func requireMapping(_ node: SettingsNode, of keys: String) {
    guard !node.isAbsent, node.yaml?.mapping == nil else { return }
    diagnostics.report(node, "is not a mapping; allowed: a mapping of \(keys)")
  }
}
