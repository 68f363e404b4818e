package import AgentHost

/// What can be asked with the rights of one process: the agent's, or the helper's.
package struct HelperSources: Sendable {
  let files: HostFiles
  let worker: Worker
  let probes: HTTPProbes
  let mounts: MountLooks
  let clock: any AgentClock

  /// Puts the sources together.
  package init(files: HostFiles, worker: Worker, probes: HTTPProbes, mounts: MountLooks, clock: any AgentClock) {
    self.files = files
    self.worker = worker
    self.probes = probes
    self.mounts = mounts
    self.clock = clock
  }
}
