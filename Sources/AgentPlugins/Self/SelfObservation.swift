public import AgentCore
public import AgentHost

/// What the agent saw of itself.
public struct SelfObservation: Sendable, Equatable {
  /// What there is to see while it runs on the host that it looks at.
  public struct Live: Sendable, Equatable {
    /// Its process.
    public var process: OwnProcess
    /// What plugins need and the agent may not read.
    public var denied: [DeniedRequirement]
    /// How the plugins' rounds go.
    public var rounds: [RoundStatus]
    /// How the watching of files goes; nil where nothing is watched.
    public var watching: FileWatcher.Health?
    /// How the connection to the system bus goes; nil where there is none to make.
    public var bus: SystemBus.Health?
    /// Anonymous memory, bytes, over which it is too much.
    public var memoryLimit: Int
  }

  /// When it was seen.
  public var takenAt: HostTime
  /// Nil when the host is a recording, whose rights and memory are not the agent's.
  public var live: Live?
}

/// Something that a plugin needs and the agent may not read.
public struct DeniedRequirement: Sendable, Equatable {
  /// What it needs.
  public var requirement: Requirement
  /// What came back.
  public var reason: FileError
}
