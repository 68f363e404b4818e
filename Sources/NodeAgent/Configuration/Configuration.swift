import AgentCore
import AgentPlugins
import AgentText

/// What the agent was told: one file, every key with a default.
struct Configuration: Sendable {
  /// Where the file is looked for when none is named.
  static let defaultPath = "/etc/nodeagent/nodeagent.yaml"

  var settings: AgentSettings
  /// The mapping `checks`, which plugins read their own keys from.
  var checks: SettingsNode
  var checkSettings: [CheckID: CheckSettings]
  /// Where a check was switched off.
  var switchedOff: [CheckID: String]
  var pluginSettings: [String: PluginTimings]
  /// Every value as it is used, with where it came from.
  var effective: [EffectiveSetting]

  /// Reads a configuration; all its mistakes at once.
  init(
    text: [UInt8], file: String, registry: [Registration], detectedRoles: DetectedRoles
  ) throws(SettingsErrors) {
    let top = try Settings.load(text: text, file: file)
    let diagnostics = SettingsDiagnostics()
    self.init(top: top, registry: registry, detectedRoles: detectedRoles, diagnostics: diagnostics)
    effective = diagnostics.effective
    try diagnostics.check()
  }

  private init(
    top: SettingsNode, registry: [Registration], detectedRoles: DetectedRoles, diagnostics: SettingsDiagnostics
  ) {
    let reading = ConfigurationReading(registry: registry, detectedRoles: detectedRoles, diagnostics: diagnostics)
    settings = reading.agent(top)
    checks = top["checks"]
    checkSettings = reading.checks(top["checks"])
    switchedOff = Dictionary(
      uniqueKeysWithValues: checkSettings.filter { !$0.value.isEnabled }.map { id, _ in
        let place = top["checks"][id.description]["enabled"]
        return (id, "\(place.file):\(place.keyMark.line)")
      })
    pluginSettings = reading.plugins(top["plugins"])
    effective = []
  }
}

/// The roles that were found on the host, with the file that told.
struct DetectedRoles: Sendable {
  var roles: Set<Role>
  var file: String?
}
