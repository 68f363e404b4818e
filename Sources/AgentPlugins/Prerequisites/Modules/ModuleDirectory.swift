import AgentHost

/// The modules of the running kernel on disk: /lib/modules/RELEASE with depmod(8)'s lists.
struct ModuleDirectory {
  /// The same directory where /lib is a link to /usr/lib.
  static let parents = ["/lib/modules", "/usr/lib/modules"]

  private enum Place {
    case found(String)
    case gone(release: String, others: [String])
    case notSeen
    case hidden(FileError)
  }

  private let place: Place
  private var builtIn = Fact<[String: String]>.absent
  private var loadable = Fact<[String: String]>.absent

  /// - Parameter wanted: the modules that are looked for in the lists.
  init(_ files: HostFiles, release: Fact<String>, wanted: Set<String>) {
    place = Self.find(files, release)
    guard case .found(let directory) = place else { return }
    builtIn = Self.paths("\(directory)/modules.builtin", files, wanted)
    loadable = Self.paths("\(directory)/modules.dep", files, wanted)
  }

  /// The list that says that a module is part of the kernel; nil where none does.
  func builtIn(_ name: String) -> String? { builtIn.value?[name] == nil ? nil : builtIn.source }

  /// What the directory says of a module that is neither loaded nor known to be built in.
  func presence(of module: KernelModule) -> ModulePresence {
    // Without an effect to see, only modules.builtin could say that it is not built in.
    let maybeBuiltIn = module.effect == nil && builtIn.value == nil
    switch place {
    case .notSeen: return .notSeen
    case .hidden(let error): return .hidden(error)
    case .gone(let release, let others): return maybeBuiltIn ? .notSeen : .gone(release: release, others: others)
    case .found(let directory):
      switch loadable {
      case .unreadable(let error): return .hidden(error)
      case .absent: return .hidden(FileError("\(directory)/modules.dep", .notFound))
      case .known(let paths, let source):
        if let path = paths[module.name] { return .loadable("\(directory)/\(path)") }
        return maybeBuiltIn ? .hidden(lack(of: directory)) : .missing(source)
      }
    }
  }

  private func lack(of directory: String) -> FileError {
    builtIn.error ?? FileError("\(directory)/modules.builtin", .notFound)
  }

  private static func find(_ files: HostFiles, _ release: Fact<String>) -> Place {
    switch release {
    case .absent: return .notSeen
    case .unreadable(let error): return .hidden(error)
    case .known(let release, _):
      var others: Set<String> = []
      do throws(FileError) {
        for parent in parents {
          let names = try files.entries(parent) ?? []
          if names.contains(release) { return .found("\(parent)/\(release)") }
          others.formUnion(names)
        }
        return .gone(release: release, others: others.sorted())
      } catch {
        return .hidden(error)
      }
    }
  }

  private static func paths(_ path: String, _ files: HostFiles, _ wanted: Set<String>) -> Fact<[String: String]> {
    Fact(from: path) { () throws(FileError) in
      try files.bytesIfPresent(path).map { ModuleList.paths(of: wanted, in: $0) }
    }
  }
}
