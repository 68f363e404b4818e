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
  /// What only root may ask, asked by the helper where the agent is not root.
  public let helper: PrivilegedHelper
  private let probes: HTTPProbes
  private let files: HostFiles
  private let worker: Worker
  private let events: HostEvents

  /// Makes a host from its parts.
  public init(
    files: HostFiles, roles: Set<Role>, cluster: ClusterSettings = .defaults, worker: Worker,
    events: HostEvents, probes: HTTPProbes, helper: PrivilegedHelper, kubelet: KubeletSource,
    agent: any AgentIntrospection
  ) {
    self.files = files
    self.mode = files.root.mode
    self.roles = roles
    self.cluster = cluster
    self.worker = worker
    self.events = events
    self.agent = agent
    self.kubelet = kubelet
    self.probes = probes
    self.helper = helper
  }

  /// Reads and parses files on the worker thread.
  public func read<T: Sendable>(_ body: @Sendable (HostFiles) throws -> T) async throws -> T {
    try await worker.run { try body(files) }
  }

  /// Asks a server once; see ``HTTPProbes/get(_:)``. A recorded host answers from its recording.
  public func http(_ request: HTTPProbeRequest) async -> HTTPProbeResult { await probes.get(request) }

  /// A trigger whenever one of the paths changes; see ``HostEvents/changes(of:polling:)``.
  public func changes(of paths: [String], polling polled: [String] = []) -> AsyncStream<Trigger> {
    events.changes(of: paths, polling: polled)
  }
}
