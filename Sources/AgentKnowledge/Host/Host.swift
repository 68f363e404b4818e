package import AgentCore
package import AgentHost
import AgentText

/// The machine as plugins see it: typed facts, no handles.
package struct Host: Sendable {
  /// What the host is for.
  package let roles: Set<Role>
  /// What the configuration says of the cluster.
  package let cluster: ClusterSettings
  /// Whether the machine itself may be asked, or only its recorded files.
  package let mode: HostRoot.Mode
  /// What the agent knows of itself.
  package let agent: any AgentIntrospection
  /// What the configuration and the command line ask of the rounds.
  package let overrides: RoundOverrides
  /// The kubelet's version and settings.
  package let kubelet: KubeletSource
  let sources: HostSources
  private let files: HostFiles
  private let worker: Worker
  private let events: HostEvents

  /// Makes a host from its parts.
  package init(
    files: HostFiles, roles: Set<Role>, cluster: ClusterSettings = .defaults, worker: Worker,
    events: HostEvents, kubelet: KubeletSource, agent: any AgentIntrospection, sources: HostSources,
    overrides: RoundOverrides = RoundOverrides()
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
    self.overrides = overrides
  }

  /// The time between two looks of a plugin on this host.
  package func interval(of descriptor: PluginDescriptor) -> Duration {
    overrides.interval(of: descriptor, roles: roles)
  }

  /// How long one look of a plugin may take.
  package func deadline(of descriptor: PluginDescriptor) -> Duration { overrides.deadline(of: descriptor) }

  /// What the kernel holds of its clock's discipline.
  package var kernelClock: any KernelClockSource { sources.kernelClock }

  /// Interfaces, addresses and neighbours, and who claims an address.
  package var network: any HostNetwork { sources.network }

  /// systemd's units.
  package var systemd: any Systemd { sources.systemd }

  /// Keepalived's own word on who is the master.
  package var keepalived: any KeepalivedBus { sources.keepalived }

  /// What only root may ask, asked by the helper where the agent is not root.
  package var helper: PrivilegedHelper { sources.helper }

  /// NFS servers, asked by themselves.
  package var nfs: any NFSProbes { sources.nfs }

  /// Reads and parses files on the worker thread.
  package func read<T: Sendable>(_ body: @escaping @Sendable (HostFiles) throws -> T) async throws -> T {
    try await worker.run { [files] in try body(files) }
  }

  /// The processes now. To be asked for where a round begins: rounds that one trigger wakes share the reading then.
  package func processes() async -> Result<ProcessTable, FileError> {
    do { return try await sources.processes.value() } catch {
      return .failure(FileError("/proc", .unanswered(path: (error as? Worker.Failure)?.path ?? "/proc")))
    }
  }

  /// Asks a server once; see ``HTTPProbes/get(_:)``.
  package func http(_ request: HTTPProbeRequest) async -> HTTPProbeResult { await sources.http.get(request) }

  /// A trigger whenever one of the paths or units changes, what is watched of the network, or at a trigger of others; see
  /// ``HostEvents/changes(of:polling:and:)``.
  package func changes(
    of paths: [String], polling polled: [String] = [], units: [UnitName] = [], network watch: NetworkWatch? = nil,
    and others: [AsyncStream<Trigger>] = []
  ) -> AsyncStream<Trigger> {
    let units = units.isEmpty ? [] : [systemd.changes(of: units)]
    return events.changes(of: paths, polling: polled, and: units + (watch.map { [$0.changes()] } ?? []) + others)
  }
}

extension Host {
  /// Asks a health page once.
  package func health(_ target: ProbeTarget, path: String) async -> HealthAnswer {
    HealthAnswer(target: target, path: path, result: await http(HTTPProbeRequest(target, path: path)))
  }
}

extension Host {
  /// A trigger whenever something is mounted or unmounted.
  package func mountChanges(and paths: [String] = []) -> AsyncStream<Trigger> {
    changes(of: paths, polling: MountTable.paths)
  }
}

extension Host {
  /// How much is free on the file system that a path lies on; see ``FileSystemSpaces/space(_:)``.
  package func space(_ path: String) async throws -> FileSystemSpace? { try await sources.spaces.space(path) }
}
