import AgentHost
package import AgentCore
package import AgentKnowledge

/// Kernel parameters: what they are, and what the next boot makes of them.
package struct SysctlPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "sysctl", area: .prerequisites,
    summary: "Kernel parameters that Kubernetes needs, now and after the next boot.", checks: SysctlChecks.all,
    rhythm: .every(.seconds(300)), deadline: .seconds(2),
    requirements: [
      Requirement(
        .file(CNINetwork.directory), for: [SysctlValueJudge.check, SysctlPersistenceJudge.check],
        permission: "CAP_DAC_READ_SEARCH, or mode 0755 for the directory and 0644 for its files"),
      Requirement(
        .file("/etc/kubernetes/manifests"), for: [SysctlValueJudge.check, SysctlPersistenceJudge.check],
        permission: "CAP_DAC_READ_SEARCH, or read access to the manifests"),
    ])

  private let host: Host
  private let keys: [SysctlKey]

  /// Makes the plugin for a host.
  package init(host: Host, settings: SysctlSettings = SysctlSettings()) {
    self.host = host
    keys = SysctlKeys.expecting(settings.expected)
  }

  /// The files of sysctl.d, the parameters themselves and what makes them matter.
  package func triggers() -> AsyncStream<Trigger> {
    host.changes(
      of: ConfigurationDirectories.places("sysctl.d") + [
        SysctlConfiguration.classicPath, CNINetwork.directory, "/etc/haproxy/haproxy.cfg",
        "/etc/keepalived/keepalived.conf", "/etc/kubernetes/manifests",
      ] + KubeletSource.watchedPaths + keys.map(\.name.file))
  }

  /// Reads the parameters and the files.
  package func observe(at time: HostTime) async throws -> SysctlObservation {
    let facts = try await host.kubelet.facts()
    return try await host.read { [keys, roles = host.roles] files in
      SysctlObservation(reading: files, keys: keys, kubelet: facts, roles: roles, at: time)
    }
  }

  /// Two verdicts for each parameter.
  package func judge(_ observation: SysctlObservation) -> [Verdict] {
    let values = SysctlValueJudge(observation: observation)
    let persistence = SysctlPersistenceJudge(observation: observation)
    return keys.map(values.verdict) + keys.map(persistence.verdict)
  }

  /// The values that are one number.
  package func metrics(_ observation: SysctlObservation) -> [MetricFamily] {
    let samples = keys.compactMap { key -> MetricSample? in
      guard let number = observation.values[key.name]?.value.flatMap(SysctlExpectation.number) else { return nil }
      return MetricSample(Double(number), ["name": key.name.description])
    }
    return [MetricFamily("nodeagent_sysctl_value", help: "Value of a kernel parameter, as read.", samples: samples)]
  }
}
