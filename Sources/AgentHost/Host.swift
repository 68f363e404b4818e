public import AgentCore

/// The machine as plugins see it: typed facts, no handles.
public struct Host: Sendable {
  /// What the host is for.
  public let roles: Set<Role>
  /// What the configuration says of the cluster.
  public let cluster: ClusterSettings
  /// Whether the machine itself may be asked, or only its recorded files.
  public let mode: HostRoot.Mode
  /// What the agent knows of itself.
  public let agent: any AgentIntrospection
  /// The kubelet's version and settings.
  public let kubelet: KubeletSource
  /// What the kernel holds of its clock's discipline.
  public let kernelClock: KernelClockSource
  private let files: HostFiles
  private let worker: Worker
  private let events: HostEvents

  /// Makes a host from its parts.
  public init(
    files: HostFiles, roles: Set<Role>, cluster: ClusterSettings = .defaults, worker: Worker,
    events: HostEvents, kubelet: KubeletSource, agent: any AgentIntrospection,
    kernelClock: KernelClockSource = .recorded(nil)
  ) {
    self.files = files
    self.mode = files.root.mode
    self.roles = roles
    self.cluster = cluster
    self.worker = worker
    self.events = events
    self.agent = agent
    self.kubelet = kubelet
    self.kernelClock = kernelClock
  }

  /// Reads and parses files on the worker thread.
  public func read<T: Sendable>(_ body: @Sendable (HostFiles) throws -> T) async throws -> T {
    try await worker.run { try body(files) }
  }

  /// A trigger whenever one of the paths changes; see ``HostEvents/changes(of:polling:)``.
  public func changes(of paths: [String], polling polled: [String] = []) -> AsyncStream<Trigger> {
    events.changes(of: paths, polling: polled)
  }
}
