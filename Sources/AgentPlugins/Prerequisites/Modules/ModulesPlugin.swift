package import AgentCore
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
