import AgentHost
import AgentKnowledge

/// What the next boot makes of modules.
struct ModuleBoot: Sendable, Equatable {
  /// The list that Debian's modules-load.d/modules.conf leads to; without such a link nobody reads it.
  static let classicPath = "/etc/modules"

  /// The lines that ask for a module, and the words of the command line.
  var requests: [ModuleRequest] = []
  /// The lines of /etc/modules; with a link to it they are among the requests too.
  var classic: [ModuleRequest] = []
  /// What keeps modules from being loaded.
  var blocks: [ModuleBlock] = []
  /// The directories of modules-load.d that are there.
  var directories: [String] = []
  /// Why further requests may not have been seen.
  var requestProblem: FileError?
  /// Why further blocks may not have been seen.
  var blockProblem: FileError?

  /// The line that asks for a module.
  func request(_ module: KernelModule) -> ModuleRequest? {
    requests.first { $0.name == module.name && $0.parameters == nil }
  }

  /// A line that means to, but names parameters.
  func misunderstood(_ module: KernelModule) -> ModuleRequest? {
    requests.first { $0.name == module.name && $0.parameters != nil }
  }

  /// The line of /etc/modules that asks for a module; where no other request does, the next boot does not read it.
  func listed(_ module: KernelModule) -> ModuleRequest? { classic.first { $0.name == module.name } }

  /// What keeps a module from being loaded in a way.
  func block(_ module: KernelModule, _ loading: KernelModule.Loading) -> ModuleBlock? {
    blocks.first { $0.name == module.name && $0.hinders(loading) }
  }
}

extension ModuleBoot {
  /// Reads the files; for the worker thread. Only what speaks of wanted modules is kept.
  init(reading files: HostFiles, wanted: Set<String>) {
    let loads = ConfigurationDirectories("modules-load.d", in: files)
    directories = loads.directories
    (requests, requestProblem) = Self.read(loads, files, ModuleRequestFile.parse)
    let list = (try? files.bytesIfPresent(Self.classicPath)) ?? nil
    classic = ModuleRequestFile.parse(list ?? [], path: Self.classicPath)
    (blocks, blockProblem) = Self.read(ConfigurationDirectories("modprobe.d", in: files), files, ModuleBlock.parse)
    switch BootCommandLine.read(files) {
    case .known(let line, let source):
      // rd.modules_load= is the initial RAM disk's, which seldom has these modules.
      requests += line.list("modules_load").map { ModuleRequest(name: KernelModule.normal($0), source: source) }
      blocks += ModuleBlock.parse(line)
    case .absent: break
    case .unreadable(let error):
      requestProblem = requestProblem ?? error
      blockProblem = blockProblem ?? error
    }
    requests.removeAll { !wanted.contains($0.name) }
    classic.removeAll { !wanted.contains($0.name) }
    blocks.removeAll { !wanted.contains($0.name) }
  }

  private static func read<Item>(
    _ list: ConfigurationDirectories, _ files: HostFiles, _ parse: ([UInt8], String) -> [Item]
  ) -> (items: [Item], problem: FileError?) {
    var problem = list.problems.first
    var items: [Item] = []
    for file in list.files {
      switch file.effect {
      case .masks: continue
      case .unreadable(let error): problem = problem ?? error
      case .applies:
        do throws(FileError) {
          items += parse(try files.bytes(file.path), file.path)
        } catch {
          problem = problem ?? error
        }
      }
    }
    return (items, problem)
  }
}
