import AgentHost

/// Finds modules in the running kernel; for the worker thread.
///
/// By effect, not by CONFIG_ names: what is loaded (/proc/modules), what is built in (/sys/module without `initstate`,
/// modules.builtin, or what only the module's code makes), what can be loaded (modules.dep).
struct ModuleReader {
  static let loadedPath = "/proc/modules"
  static let releasePath = "/proc/sys/kernel/osrelease"
  static let fileSystems = "/proc/filesystems"

  /// The running kernel's release; absent where it is not to be seen.
  let release: Fact<String>
  private let files: HostFiles
  private let loaded: Fact<Set<String>>
  private let kinds: Fact<Set<String>>
  private let disk: ModuleDirectory

  init(_ files: HostFiles, wanted: Set<String>) {
    self.files = files
    release = Fact(from: Self.releasePath) { () throws(FileError) in
      try files.bytesIfPresent(Self.releasePath, limit: .kernel).map { content in
        String(decoding: content.prefix { $0 > 0x20 }, as: UTF8.self)
      }
    }
    loaded = Fact(from: Self.loadedPath) { () throws(FileError) in
      try files.bytesIfPresent(Self.loadedPath, limit: .kernel).map(ModuleList.loaded)
    }
    kinds = Fact(from: Self.fileSystems) { () throws(FileError) in
      try files.bytesIfPresent(Self.fileSystems, limit: .kernel).map { content in
        Set(String(decoding: content, as: UTF8.self).split(whereSeparator: \.isWhitespace).map(String.init))
      }
    }
    disk = ModuleDirectory(files, release: release, wanted: wanted)
  }

  func presence(of module: KernelModule) -> ModulePresence {
    if loaded.value?.contains(module.name) == true { return .loaded(Self.loadedPath) }
    if let seen = inSys(module.name) { return seen }
    let effect = effect(of: module)
    if let source = effect.value { return loaded.error == nil ? .builtIn(source) : .loaded(source) }
    if let source = disk.builtIn(module.name) { return .builtIn(source) }
    switch loaded {
    case .known: return disk.presence(of: module)
    case .unreadable(let error): return .hidden(error)
    case .absent: break
    }
    // A kernel that shows itself, but no list of modules, takes none.
    if let error = effect.error { return .hidden(error) }
    return kinds.value != nil && module.effect != nil ? .unsupported : .notSeen
  }

  /// A directory in /sys/module is made for each loaded module, with its state, and for those parts of the kernel that
  /// have parameters or a version.
  private func inSys(_ name: String) -> ModulePresence? {
    let directory = "/sys/module/\(name)"
    guard let kind = try? files.kind(directory), kind == .directory else { return nil }
    let state = (try? files.kind("\(directory)/initstate")) ?? nil
    return state == nil ? .builtIn(directory) : .loaded("\(directory)/initstate")
  }

  private func effect(of module: KernelModule) -> Fact<String> {
    switch module.effect {
    case nil: return .absent
    case .fileSystem(let name):
      if let error = kinds.error { return .unreadable(error) }
      return kinds.value?.contains(name) == true ? .known(Self.fileSystems, source: Self.fileSystems) : .absent
    case .file(let path):
      return Fact(from: path) { () throws(FileError) in try files.kind(path) == nil ? nil : path }
    }
  }
}
