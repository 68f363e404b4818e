public import AgentCore
public import AgentHost

/// What the agent saw of itself.
public struct SelfObservation: Sendable, Equatable {
  /// What there is to see while it runs on the host that it looks at.
  public struct Live: Sendable, Equatable {
    /// Its process.
    public var process: OwnProcess
    /// The capabilities that plugins need.
    public var neededCapabilities: Set<Capability> = []
    /// What plugins need and the agent lacks.
    public var denied: [DeniedRequirement]
    /// How the plugins' rounds go.
    public var rounds: [RoundStatus]
    /// How the watching of files goes; nil where nothing is watched.
    public var watching: FileWatcher.Health?
    /// How the connection to the system bus goes; nil where there is none to make.
    public var bus: SystemBus.Health?
    /// How the listening to the kernel's network messages goes.
    public var network = NetworkCounters()
    /// Anonymous memory, bytes, over which it is too much.
    public var memoryLimit: Int
  }

  /// When it was seen.
  public var takenAt: HostTime
  /// Nil when the host is a recording, whose rights and memory are not the agent's.
  public var live: Live?
}

/// Something that a plugin needs and the agent lacks.
public struct DeniedRequirement: Sendable, Equatable {
  /// Why.
  public enum Reason: Sendable, Equatable {
    /// A file or directory may not be read; what came back.
    case file(FileError)
    /// The process has not this capability.
    case capability(Capability)
  }

  /// What it needs.
  public var requirement: Requirement
  /// Why it is denied.
  public var reason: Reason

  /// The path or the capability.
  var missing: String {
    switch reason {
    case .file(let error): error.path
    case .capability(let capability): capability.name
    }
  }
}
