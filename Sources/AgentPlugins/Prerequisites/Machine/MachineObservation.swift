package import AgentCore
import AgentHost
import AgentKnowledge

/// What a machine is like, as far as Kubernetes asks for it.
package struct MachineObservation: Sendable, Equatable {
  /// When it was read.
  package var takenAt: HostTime
  /// Why it does not matter here; nil where it does.
  var irrelevance: String?
  var isControlPlane: Bool
  /// Whether the machine is about to join.
  var isCandidate: Bool
  var resources: MachineResources
  var identity: NodeIdentity
  var proxy: ProxyFacts
  var programs: ProgramFacts

  /// Looks at the host; for the worker thread.
  init(reading files: HostFiles, kubelet: KubeletFacts, roles: Set<Role>, cluster: ClusterSettings, at time: HostTime) {
    takenAt = time
    irrelevance = kubelet.irrelevance(roles: roles)
    isControlPlane = roles.contains(.controlPlane)
    isCandidate = roles.contains(.candidate)
    resources = MachineResources(reading: files)
    let own = OwnAddresses.read(files)
    let shared = SharedAddress.read(
      files, configured: cluster.controlPlane.endpoint, own: own.value?.all ?? [], isControlPlane: isControlPlane)
    identity = NodeIdentity(reading: files, kubelet: kubelet, own: own, shared: shared)
    proxy = ProxyFacts(reading: files, cluster: cluster, isControlPlane: isControlPlane, identity: identity)
    programs = ProgramFacts(reading: files, kubelet: kubelet, nfs: cluster.storage.nfs)
  }
}
