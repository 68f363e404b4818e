import AgentCore
import AgentHost
import AgentKnowledge
import AgentPlugins

/// The file that a configuration is read from.
struct ConfigurationFile {
  /// The path as messages show it.
  let path: String
  private let files: HostFiles
  private let isNamed: Bool

  /// - Parameters:
  ///   - name: the file that the user named, read as it is; nil for the default one.
  ///   - root: the host; a recorded one brings its own configuration, a live one uses the agent's.
  init(named name: String?, root: HostRoot) throws(FileError) {
    path = name ?? Configuration.defaultPath
    isNamed = name != nil
    let usesRoot = name == nil && root.mode == .recorded
    files = HostFiles(root: usesRoot ? root : try HostRoot("/"))
  }

  /// Reads and validates it.
  ///
  /// - Throws: ``SettingsErrors``, or ``FileError`` when it cannot be read or was named and is not there.
  func load(registry: [Registration], detected: RoleDetection) throws -> Configuration {
    let text = isNamed ? try files.bytes(absolutePath) : try files.bytesIfPresent(path) ?? []
    return try Configuration(
      text: text, file: path, registry: registry,
      detectedRoles: DetectedRoles(roles: detected.roles, file: detected.evidence.first?.source))
  }

  private var absolutePath: String { path.hasPrefix("/") ? path : WorkingDirectory.path + "/" + path }
}

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
      return try await Worker(loop: loop).run {
        try source.load(registry: PluginRegistry.all, detected: RoleDetection(reading: files))
      }
    } catch {
      throw CommandError.configuration("\(error)")
    }
  }
}
