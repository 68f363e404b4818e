package import AgentCore
package import AgentKnowledge
package import AgentText

/// How the agent makes a plugin: its description, its settings and its initializer.
package struct Registration: Sendable {
  /// What the plugin is.
  package let descriptor: PluginDescriptor
  private let claim: @Sendable (SettingsNode, SettingsDiagnostics) -> Set<String>
  private let build: @Sendable (Host, SettingsNode) -> any Plugin

  /// Registers a plugin that reads settings from the mapping `checks`.
  package init<S: SettingsSection>(
    _ descriptor: PluginDescriptor, settings: S.Type, make: @escaping @Sendable (Host, S) -> any Plugin
  ) {
    self.descriptor = descriptor
    claim = { node, diagnostics in node.decodeChecks(S.self, into: diagnostics).claimed }
    build = { host, node in make(host, node.decodeChecks(S.self, into: SettingsDiagnostics()).settings) }
  }

  /// Registers a plugin without settings of its own.
  package init(_ descriptor: PluginDescriptor, make: @escaping @Sendable (Host) -> any Plugin) {
    self.descriptor = descriptor
    claim = { _, _ in [] }
    build = { host, _ in make(host) }
  }

  /// Reads the plugin's settings and reports their mistakes; returns the checks that have keys of their own.
  package func validate(_ checks: SettingsNode, into diagnostics: SettingsDiagnostics) -> Set<String> {
    claim(checks, diagnostics)
  }

  /// Makes the plugin for a host, from settings that ``validate(_:into:)`` found right.
  package func make(host: Host, checks: SettingsNode) -> any Plugin { build(host, checks) }
}
