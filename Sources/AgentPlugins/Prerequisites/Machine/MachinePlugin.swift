import AgentHost
package import AgentCore
package import AgentKnowledge

/// The machine itself: its size, its name, the proxies and the programs that Kubernetes finds on it.
package struct MachinePlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "machine", area: .prerequisites,
    summary: "Memory and processors, the node's name and address, HTTP proxies, and programs that Kubernetes calls.",
    checks: MachineChecks.all, rhythm: .every(.seconds(300)), deadline: .seconds(2),
    requirements: [
      Requirement(
        .file(StaticPod.directory), for: [ProxyJudge.check, NodeIdentityJudge.check],
        permission: "CAP_DAC_READ_SEARCH, or read access to the manifests"),
      Requirement(
        .file("/etc/kubernetes/kubelet.conf"), for: [ProxyJudge.check, NodeIdentityJudge.check],
        permission: "CAP_DAC_READ_SEARCH (mode 0600)"),
      Requirement(
        .file(ProxyFacts.pluginKubeconfig), for: [ProxyJudge.check], permission: "CAP_DAC_READ_SEARCH (mode 0600)"),
    ])

  private static let watched =
    [
      HostsFile.path, NodeIdentity.filePath, NameServices.path, ProxyFacts.loginPath, ProxyFacts.pluginKubeconfig,
      KeepalivedAddresses.path, StaticPod.directory, "/etc/default/crio", "/etc/sysconfig/crio",
      "/etc/systemd/system.conf", "/etc/systemd/system.conf.d", "/etc/systemd/system/service.d",
    ]
    + ["crio", "containerd"].flatMap { name in
      ["/etc", "/usr/lib"].flatMap {
        ["\($0)/systemd/system/\(name).service", "\($0)/systemd/system/\(name).service.d"]
      }
    }

  private let host: Host

  /// Watches a host.
  package init(host: Host) { self.host = host }

  /// A change of a file that names the host or a proxy, of the host name itself, and of the programs' usual places.
  package func triggers() -> AsyncStream<Trigger> {
    host.changes(
      of: Self.watched + ProgramFacts.usualPlaces + KubeletSource.watchedPaths, polling: [NodeIdentity.kernelPath])
  }

  /// Reads files, and asks systemd whether it has read them too: no name is asked for, no program is run.
  package func observe(at time: HostTime) async throws -> MachineObservation {
    let kubelet = try await host.kubelet.facts()
    var observation = try await host.read { [roles = host.roles, cluster = host.cluster] files in
      MachineObservation(reading: files, kubelet: kubelet, roles: roles, cluster: cluster, at: time)
    }
    let units = observation.proxy.components.filter { $0.variables.secure != nil }.compactMap(\.unit)
    guard !units.isEmpty else { return observation }
    for (unit, status) in await host.systemd.units(units) where (try? status.get().needsReload) == true {
      for index in observation.proxy.components.indices where observation.proxy.components[index].unit == unit {
        observation.proxy.components[index].isStale = true
      }
    }
    return observation
  }

  /// One verdict of size and name, one for each program that uses a proxy, and one for each program that is called.
  package func judge(_ observation: MachineObservation) -> [Verdict] {
    if let reason = observation.irrelevance {
      return MachineChecks.all.map { Verdict($0.id, .skipped, reason) }
    }
    return [MachineResourcesJudge(observation: observation).verdict, NodeIdentityJudge(observation.identity).verdict]
      + ProxyJudge(observation.proxy, isControlPlane: observation.isControlPlane).verdicts
      + ProgramJudge(facts: observation.programs, isJoined: observation.identity.isJoined).verdicts
  }

  /// Nothing that the checks do not say.
  package func metrics(_ observation: MachineObservation) -> [MetricFamily] { [] }
}
