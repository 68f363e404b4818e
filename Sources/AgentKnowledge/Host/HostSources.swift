import AgentCore
package import AgentHost

/// What is asked of a host besides its files. Each source has one protocol, with an implementation that asks the running
/// machine and one that answers from a recording.
package struct HostSources: Sendable {
  let kernelClock: any KernelClockSource
  let network: any HostNetwork
  let systemd: any Systemd
  let keepalived: any KeepalivedBus
  let http: any HTTPProbes
  let nfs: any NFSProbes
  let spaces: any FileSystemSpaces
  /// What only root may ask.
  let helper: PrivilegedHelper
  /// The processes, read for all who ask at the same time.
  let processes: SharedReading<Result<ProcessTable, FileError>>
  /// The thread of probes and of the agent's own server.
  package let networkLoop: NetworkLoop

  /// The sources of a host that runs.
  ///
  /// - Parameter isLasting: whether connections are kept and made anew, or serve one look only.
  package static func live(
    files: HostFiles, worker: Worker, loop: EventLoop, clock: any AgentClock, isLasting: Bool
  ) -> HostSources {
    let bus = SystemBus(loop: loop, files: files, clock: clock, isLasting: isLasting)
    let networkLoop = NetworkLoop()
    let http = LiveHTTPProbes(files: files, worker: worker, network: networkLoop)
    let mounts = LiveMountProbes(loop: loop, files: files, worker: worker)
    return HostSources(
      kernelClock: LiveKernelClock(), network: LiveNetwork(loop: loop, clock: clock, files: files, worker: worker),
      systemd: LiveSystemd(loop: loop, bus: bus, worker: worker, files: files),
      keepalived: LiveKeepalivedBus(loop: loop, bus: bus), http: http, nfs: LiveNFSProbes(network: networkLoop),
      spaces: LiveSpaces(files: files, worker: worker),
      helper: PrivilegedHelper(
        network: networkLoop,
        sources: HelperSources(files: files, worker: worker, probes: http, mounts: mounts, clock: clock)),
      processes: processes(files, worker, loop: loop), networkLoop: networkLoop)
  }

  /// The sources of a recorded host: nothing is asked of the machine that the agent runs on.
  package static func recorded(_ recording: Recording, files: HostFiles, worker: Worker) -> HostSources {
    let networkLoop = NetworkLoop()
    let http = RecordedHTTPProbes(recording.http, files: files)
    let clock = RecordedClock(showing: recording.time)
    return HostSources(
      kernelClock: RecordedKernelClock(recording.clock), network: recording.network,
      systemd: RecordedSystemd(recording.units), keepalived: RecordedKeepalivedBus(recording.vrrp), http: http,
      nfs: RecordedNFSProbes(recording.nfs), spaces: RecordedSpaces(recording.spaces),
      helper: PrivilegedHelper(
        network: networkLoop,
        sources: HelperSources(
          files: files, worker: worker, probes: http, mounts: RecordedMountProbes(recording.mounts), clock: clock)),
      processes: processes(files, worker, loop: nil), networkLoop: networkLoop)
  }

  private static func processes(
    _ files: HostFiles, _ worker: Worker, loop: EventLoop?
  ) -> SharedReading<Result<ProcessTable, FileError>> {
    SharedReading(worker: worker, loop: loop) {
      Result { () throws(FileError) in try ProcessTable(reading: files) }
    }
  }
}
