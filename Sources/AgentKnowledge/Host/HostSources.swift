import AgentCore
package import AgentHost

/// What is asked of a host besides its files: of the running machine, or of what was recorded on it.
package struct HostSources: Sendable {
  /// What the kernel holds of its clock's discipline.
  package let kernelClock: KernelClockSource
  /// Interfaces, addresses and neighbours, and who claims an address.
  package let hostNetwork: HostNetwork
  /// systemd's units.
  package let systemd: Systemd
  /// Keepalived's own word on who is the master.
  package let keepalived: KeepalivedBus
  /// HTTP servers on addresses and unix sockets.
  package let probes: HTTPProbes
  /// NFS servers.
  package let nfs: NFSProbes
  /// What only root may ask.
  package let helper: PrivilegedHelper
  /// The space below paths, as it was recorded.
  let spaces: [String: FileSystemSpace]
  /// The processes, read for all who ask at the same time.
  let processes: SharedReading<Result<ProcessTable, FileError>>
  /// The thread of probes and of the agent's own server.
  package let network: NetworkLoop

  /// The sources of a host that runs.
  ///
  /// - Parameter isLasting: whether connections are kept and made anew, or serve one look only.
  package static func live(
    files: HostFiles, worker: Worker, loop: EventLoop, clock: any AgentClock, isLasting: Bool
  ) -> HostSources {
    let bus = SystemBus(loop: loop, files: files, clock: clock, isLasting: isLasting)
    return HostSources(
      files: files, worker: worker, loop: loop, clock: clock,
      systemd: Systemd(loop: loop, bus: bus, worker: worker, files: files),
      keepalived: KeepalivedBus(loop: loop, bus: bus),
      hostNetwork: HostNetwork(loop: loop, clock: clock, files: files, worker: worker), recording: nil)
  }

  /// The sources of a recorded host: nothing is asked of the machine that the agent runs on.
  package static func recorded(_ recording: Recording, files: HostFiles, worker: Worker) -> HostSources {
    HostSources(
      files: files, worker: worker, loop: nil, clock: RecordedClock(showing: recording.time),
      systemd: Systemd(recorded: recording.units), keepalived: KeepalivedBus(recorded: recording.vrrp),
      hostNetwork: HostNetwork(recorded: recording.network), recording: recording)
  }

  private init(
    files: HostFiles, worker: Worker, loop: EventLoop?, clock: any AgentClock, systemd: Systemd,
    keepalived: KeepalivedBus, hostNetwork: HostNetwork, recording: Recording?
  ) {
    self.systemd = systemd
    self.keepalived = keepalived
    self.hostNetwork = hostNetwork
    kernelClock = recording.map { .recorded($0.clock) } ?? .kernel
    spaces = Dictionary(uniqueKeysWithValues: (recording?.spaces ?? [:]).map { ("\($0.key)", $0.value) })
    processes = SharedReading(worker: worker, loop: loop) {
      Result { () throws(FileError) in try ProcessTable(reading: files) }
    }
    network = NetworkLoop()
    probes = HTTPProbes(files: files, worker: worker, network: network, recorded: recording?.http ?? [])
    nfs = NFSProbes(network: network, recorded: recording.map(\.nfs))
    let looks = MountProbes(loop: loop, files: files, worker: worker, recorded: recording.map(\.mounts))
    helper = PrivilegedHelper(
      network: network,
      sources: HelperSources(files: files, worker: worker, probes: probes, mounts: looks, clock: clock))
  }
}
