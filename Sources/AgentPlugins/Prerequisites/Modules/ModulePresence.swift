import AgentHost

/// Whether the running kernel has the code of a module.
enum ModulePresence: Sendable, Equatable {
  /// It is loaded; the file that says so.
  case loaded(String)
  /// It is part of the kernel itself; the file that says so.
  case builtIn(String)
  /// It is not loaded, but its file is there; its path as modules.dep has it.
  case loadable(String)
  /// Neither loaded nor built in, and not among the kernel's modules; the list that lacks it.
  case missing(String)
  /// The directory of the running kernel's modules is not there; other kernels' names.
  case gone(release: String, others: [String])
  /// The kernel takes no modules, and this is not built in.
  case unsupported
  /// Nothing of the host tells.
  case notSeen
  /// What would tell cannot be read.
  case hidden(FileError)

  /// Whether its code runs; nil where that cannot be seen.
  var isInKernel: Bool? {
    switch self {
    case .loaded, .builtIn: true
    case .loadable, .missing, .gone, .unsupported: false
    case .notSeen, .hidden: nil
    }
  }
}
