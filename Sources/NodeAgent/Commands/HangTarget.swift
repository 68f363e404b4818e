import AgentCore
import AgentPlugins
import ArgumentParser

/// What a test of the agent's own life makes hang: `worker`, or `plugin:NAME`.
enum HangTarget: Sendable, Equatable, CustomStringConvertible, ExpressibleByArgument {
  /// The worker thread, once the agent is ready.
  case worker
  /// Every look of a plugin.
  case plugin(String)

  init?(argument: String) {
    let prefix = "plugin:"
    if argument == "worker" {
      self = .worker
    } else if argument.hasPrefix(prefix) {
      let name = String(argument.dropFirst(prefix.count))
      guard PluginRegistry.all.contains(where: { $0.descriptor.name == name }) else { return nil }
      self = .plugin(name)
    } else {
      return nil
    }
  }

  /// The plugin's name; nil for the worker thread.
  var plugin: String? { if case .plugin(let name) = self { name } else { nil } }

  var description: String { plugin.map { "plugin:\($0)" } ?? "worker" }
}
