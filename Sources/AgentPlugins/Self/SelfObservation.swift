package import AgentCore
package import AgentHost
package import AgentKnowledge

/// What the agent saw of itself.
package struct SelfObservation: Sendable, Equatable {
  /// What there is to see while it runs on the host that it looks at.
  package struct Live: Sendable, Equatable {
    /// Its process.
    package var process: OwnProcess
    /// The capabilities that plugins need.
    package var neededCapabilities: Set<Capability> = []
    /// What plugins need and the agent lacks.
    package var denied: [DeniedRequirement]
    /// How the plugins' rounds go.
    package var rounds: [RoundStatus]
    /// How the watching of files goes; nil where nothing is watched.
    package var watching: FileWatcher.Health?
    /// How many entries of the log nobody took in time.
    package var droppedLogEntries = 0
    /// How the threads that read files are.
    package var reading = Worker.Health()
    /// How the connection to the system bus goes; nil where there is none to make.
    package var bus: SystemBus.Health?
    /// How the listening to the kernel's network messages goes.
    package var network = NetworkCounters()
    /// Anonymous memory, bytes, over which it is too much.
    package var memoryLimit: Int
  }

  /// When it was seen.
  package var takenAt: HostTime
  /// Nil when the host is a recording, whose rights and memory are not the agent's.
  package var live: Live?
}

/// Something that a plugin needs and the agent lacks.
package struct DeniedRequirement: Sendable, Equatable {
  /// Why.
  package enum Reason: Sendable, Equatable {
    /// A file or directory may not be read; what came back.
    case file(FileError)
    /// The process has not this capability.
    case capability(Capability)
  }

  /// What it needs.
  package var requirement: Requirement
  /// Why it is denied.
  package var reason: Reason

  /// The path or the capability.
  var missing: String {
    switch reason {
    case .file(let error): error.path
    case .capability(let capability): capability.name
    }
  }
}
