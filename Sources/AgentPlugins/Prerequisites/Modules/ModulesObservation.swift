package import AgentCore
import AgentHost
import AgentKnowledge

/// The kernel modules of a host: what the kernel has, what the next boot loads, and what makes them matter.
package struct ModulesObservation: Sendable, Equatable {
  /// When it was taken.
  package var takenAt: HostTime
  /// Whether the kernel has each module, by name.
  var presence: [String: ModulePresence]
  /// The running kernel's release; nil when it is not to be seen.
  var release: String?
  /// What the next boot loads.
  var boot: ModuleBoot
  /// What makes them matter.
  var needs: ModuleNeeds

  /// Looks at the host; for the worker thread.
  init(reading files: HostFiles, kubelet: KubeletFacts, roles: Set<Role>, nfs: [NFSSource], at time: HostTime) {
    let wanted = Set(KernelModule.all.map(\.name))
    let reader = ModuleReader(files, wanted: wanted)
    takenAt = time
    presence = Dictionary(uniqueKeysWithValues: KernelModule.all.map { ($0.name, reader.presence(of: $0)) })
    release = reader.release.value
    boot = ModuleBoot(reading: files, wanted: wanted)
    needs = ModuleNeeds(reading: files, kubelet: kubelet, roles: roles, nfs: nfs)
  }

  /// Whether the kernel has a module.
  func presence(of module: KernelModule) -> ModulePresence { presence[module.name] ?? .notSeen }
}
