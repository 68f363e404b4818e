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
  let sources: HostSources
  private let files: HostFiles
  private let worker: Worker
  private let events: HostEvents

  /// Makes a host from its parts.
  public init(
    files: HostFiles, roles: Set<Role>, cluster: ClusterSettings = .defaults, worker: Worker,
    events: HostEvents, kubelet: KubeletSource, agent: any AgentIntrospection, sources: HostSources
  ) {
    self.files = files
    self.sources = sources
    self.mode = files.root.mode
    self.roles = roles
    self.cluster = cluster
    self.worker = worker
    self.events = events
    self.agent = agent
    self.kubelet = kubelet
  }

  /// What the kernel holds of its clock's discipline.
  public var kernelClock: KernelClockSource { sources.kernelClock }

  /// Interfaces, addresses and neighbours, and who claims an address.
  public var network: HostNetwork { sources.hostNetwork }

  /// systemd's units.
  public var systemd: Systemd { sources.systemd }

  /// What only root may ask, asked by the helper where the agent is not root.
  public var helper: PrivilegedHelper { sources.helper }

  /// NFS servers, asked by themselves.
  public var nfs: NFSProbes { sources.nfs }

  /// Reads and parses files on the worker thread.
  public func read<T: Sendable>(_ body: @Sendable (HostFiles) throws -> T) async throws -> T {
    try await worker.run { try body(files) }
  }

  /// Asks a server once; see ``HTTPProbes/get(_:)``. A recorded host answers from its recording.
  public func http(_ request: HTTPProbeRequest) async -> HTTPProbeResult { await sources.probes.get(request) }

  /// A trigger whenever one of the paths or units changes; see ``HostEvents/changes(of:polling:and:)``.
  public func changes(
    of paths: [String], polling polled: [String] = [], units: [UnitName] = []
  ) -> AsyncStream<Trigger> {
    events.changes(of: paths, polling: polled, and: units.isEmpty ? [] : [systemd.changes(of: units)])
  }

  /// A trigger whenever one of the paths changes, an interface or an address of this host, or the holder of a watched
  /// address.
  ///
  /// - Parameter find: the watched addresses; it looks once, when the watch begins.
  public func networkChanges(
    of paths: [String], watching find: @escaping @Sendable (Host) async -> Set<IPAddress>
  ) -> AsyncStream<Trigger> {
    events.changes(of: paths, and: [events.later { await self.network.changes(of: find(self)) }])
  }
}
