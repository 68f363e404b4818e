package import AgentCore
import AgentHost
package import AgentKnowledge

/// Kernel modules: whether the kernel has them, and what the next boot loads.
package struct ModulesPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "modules", area: .prerequisites,
    summary: "Kernel modules that Kubernetes needs, now and after the next boot.", checks: ModulesChecks.all,
    rhythm: .every(.seconds(300)), deadline: .seconds(2),
    requirements: [
      Requirement(.file(ModuleReader.loadedPath), for: [ModuleLoadedJudge.check], permission: "read"),
      Requirement(
        .file(CNINetwork.directory), for: [ModuleLoadedJudge.check, ModulePersistenceJudge.check],
        permission: "CAP_DAC_READ_SEARCH, or mode 0755 for the directory and 0644 for its files"),
    ])

  private let host: Host

  /// Watches a host.
  package init(host: Host) { self.host = host }

  /// The files that load modules or keep them out, and what makes them matter; loading itself tells nobody.
  package func triggers() -> AsyncStream<Trigger> {
    host.changes(
      of: ConfigurationDirectories.places("modules-load.d") + ConfigurationDirectories.places("modprobe.d") + [
        ModuleBoot.classicPath, CNINetwork.directory,
      ] + ModuleDirectory.parents + KubeletSource.watchedPaths)
  }

  /// Reads the kernel's lists and the files.
  package func observe(at time: HostTime) async throws -> ModulesObservation {
    let kubelet = try await host.kubelet.facts()
    return try await host.read { [roles = host.roles, nfs = host.cluster.storage.nfs] files in
      ModulesObservation(reading: files, kubelet: kubelet, roles: roles, nfs: nfs, at: time)
    }
  }

  /// Two verdicts for each module.
  package func judge(_ observation: ModulesObservation) -> [Verdict] {
    KernelModule.all.map(ModuleLoadedJudge(observation: observation).verdict)
      + KernelModule.all.map(ModulePersistenceJudge(observation: observation).verdict)
  }

  /// Whether each module's code is in the kernel.
  package func metrics(_ observation: ModulesObservation) -> [MetricFamily] {
    let samples = KernelModule.all.compactMap { module in
      observation.presence(of: module).isInKernel.map { MetricSample($0 ? 1 : 0, ["module": module.name]) }
    }
    return [
      MetricFamily(
        "nodeagent_kernel_module_loaded", help: "Whether a kernel module is loaded or built in.", samples: samples)
    ]
  }
}

/// The kernel modules of a host: what the kernel has, what the next boot loads, and what makes them matter.
package struct ModulesObservation: Sendable, Equatable {
  /// When it was taken.
  package var takenAt: HostTime
  /// Whether the kernel has each module, by name.
  var presence: [String: ModulePresence]
  /// The running kernel's release; nil when it is not to be seen.
  var release: String?
  /// What tells that the kernel is another machine's; nil where it is the host's own.
  var container: Evidence?
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
    container = ContainerSign.find(files)
    boot = ModuleBoot(reading: files, wanted: wanted)
    needs = ModuleNeeds(reading: files, kubelet: kubelet, roles: roles, nfs: nfs)
  }

  /// Whether the kernel has a module.
  func presence(of module: KernelModule) -> ModulePresence { presence[module.name] ?? .notSeen }
}

/// The checks of the modules plugin, in words.
enum ModulesChecks {
  static let all = [loaded, persistent]

  private static let loaded = CheckDefinition(
    ModuleLoadedJudge.check, title: "The kernel has the modules that pods, Services and volumes need",
    why: """
      Containers are mounted by overlay; a bridged pod network needs br_netfilter, kube-proxy needs nf_conntrack and, by \
      IPVS, ip_vs; volumes on NFS need nfs. The kernel loads most of them itself, br_netfilter never. An update that \
      removes the running kernel's modules leaves it unable to load any until a reboot.
      """,
    source: """
      /proc/modules, /sys/module, /proc/filesystems, /proc/sys/net; modules.builtin and modules.dep in \
      /lib/modules/RELEASE; modprobe.d. Which ones matter: the roles, /etc/cni/net.d, kube-ipvs0, mounts of NFS and \
      cluster.storage.nfs.
      """,
    confirm: "lsmod | grep -E 'overlay|br_netfilter|nf_conntrack|ip_vs|nfs'; modprobe -n -v br_netfilter",
    remedy: "modprobe br_netfilter", undo: "modprobe -r br_netfilter", subject: "module", worst: .failing)

  private static let persistent = CheckDefinition(
    ModulePersistenceJudge.check, title: "The modules that must be loaded by name are loaded at the next boot",
    why: "What modprobe loads is gone after a reboot: the node then comes back without a working pod network.",
    source: """
      modules-load.d in /etc, /run, /usr/local/lib and /usr/lib, merged as systemd-modules-load does: the first \
      directory wins for a file name; one name in a line, without parameters. /etc/modules counts only where a link in \
      modules-load.d leads to it. modules_load= on the kernel's command line; blacklist and install in modprobe.d.
      """,
    confirm: "grep -rn br_netfilter /etc/modules-load.d /usr/lib/modules-load.d /etc/modprobe.d",
    remedy: "echo br_netfilter >> /etc/modules-load.d/k8s.conf",
    undo: "sed -i '/^br_netfilter$/d' /etc/modules-load.d/k8s.conf", subject: "module", worst: .warning)
}
