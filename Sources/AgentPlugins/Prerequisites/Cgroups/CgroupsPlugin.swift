package import AgentCore
package import AgentKnowledge

/// Control groups: their version, and the controllers that pods are limited by.
package struct CgroupsPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "cgroups", area: .prerequisites, summary: "Control groups and the controllers that limit pods.",
    checks: CgroupsChecks.all, rhythm: .every(.seconds(300)), deadline: .seconds(2),
    requirements: [
      Requirement(.file(CgroupsSource.controllers), for: ["cgroups.version", "cgroups.memory"], permission: "read")
    ])

  private let host: Host

  /// Watches a host.
  package init(host: Host) { self.host = host }

  /// A controller switched for the children of the root, and every change of the boot command line.
  package func triggers() -> AsyncStream<Trigger> {
    host.changes(of: [CgroupsSource.enabled] + BootCommandLineFile.paths + KubeletSource.watchedPaths)
  }

  /// Reads the hierarchy, the kubelet's settings and the boot command line.
  package func observe(at time: HostTime) async throws -> CgroupsObservation {
    let kubelet = try await host.kubelet.facts()
    let roles = host.roles
    return try await host.read { files in CgroupsSource.read(files, kubelet: kubelet, roles: roles, at: time) }
  }

  /// One verdict for each check.
  package func judge(_ observation: CgroupsObservation) -> [Verdict] {
    if let reason = observation.irrelevance {
      return CgroupsChecks.all.map { Verdict($0.id, .skipped, reason) }
    }
    return [CgroupVersionJudge(observation).verdict, CgroupMemoryJudge(observation).verdict]
  }

  /// Nothing that the checks do not say.
  package func metrics(_ observation: CgroupsObservation) -> [MetricFamily] { [] }
}
