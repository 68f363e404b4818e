import AgentHost
import AgentKnowledge
import AgentPlugins

/// Reads a configuration without looking at anything else of the host than what it detects.
struct ConfigurationLoading {
  /// The file; nil for the default one, which may be absent.
  let file: String?
  let root: String
  let loop: EventLoop

  /// - Throws: ``CommandError``.
  func load() async throws -> Configuration {
    do {
      let root = try HostRoot(root)
      let source = try ConfigurationFile(named: file, root: root)
      let files = HostFiles(root: root)
      return try await Worker().run {
        try source.load(registry: PluginRegistry.all, detected: RoleDetection(reading: files))
      }
    } catch {
      throw CommandError.configuration("\(error)")
    }
  }
}
