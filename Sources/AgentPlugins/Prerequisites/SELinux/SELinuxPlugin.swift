package import AgentCore
import AgentHost
package import AgentKnowledge

/// SELinux: its mode now and after the next boot.
package struct SELinuxPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "selinux", area: .prerequisites, summary: "The mode of SELinux, now and after the next boot.",
    checks: SELinuxChecks.all, rhythm: .every(.seconds(300)), deadline: .seconds(2),
    requirements: [
      Requirement(
        .file(SELinuxConfig.path), for: [SELinuxModeJudge.check, SELinuxPersistenceJudge.check], permission: "read"),
      Requirement(
        .file("/var/lib/selinux/targeted/active"), for: [SELinuxModeJudge.check],
        permission: "CAP_DAC_READ_SEARCH, to see the module container of the policy"),
    ])

  private let host: Host
  private let settings: SELinuxSettings

  /// Watches a host.
  package init(host: Host, settings: SELinuxSettings = SELinuxSettings()) {
    self.host = host
    self.settings = settings
  }

  /// setenforce(8), which writes to selinuxfs, and every change of the configuration file.
  package func triggers() -> AsyncStream<Trigger> {
    host.changes(of: [SELinuxFacts.enforcePath, SELinuxConfig.path] + KubeletSource.watchedPaths)
  }

  /// Reads the mode, the configuration, the policy and the command line.
  package func observe(at time: HostTime) async throws -> SELinuxObservation {
    let kubelet = try await host.kubelet.facts()
    let hasKubelet = kubelet.irrelevance(roles: host.roles) == nil
    return try await host.read { files in SELinuxSource.read(files, hasKubelet: hasKubelet, at: time) }
  }

  /// One verdict for each check.
  package func judge(_ observation: SELinuxObservation) -> [Verdict] {
    [
      SELinuxModeJudge(observation: observation, expect: settings.expect).verdict,
      SELinuxPersistenceJudge(observation: observation, expect: settings.expect).verdict,
    ]
  }

  /// The mode now, and the one of the configuration file.
  package func metrics(_ observation: SELinuxObservation) -> [MetricFamily] {
    [
      MetricFamily(
        "nodeagent_selinux_mode", help: "SELinux now: -1 absent, 0 disabled, 1 permissive, 2 enforcing.",
        samples: Self.running(observation.state).map { [MetricSample($0)] } ?? []),
      MetricFamily(
        "nodeagent_selinux_config_mode",
        help: "SELinux by its configuration file: -1 absent, 0 disabled, 1 permissive, 2 enforcing.",
        samples: Self.configured(observation.config).map { [MetricSample($0)] } ?? []),
    ]
  }

  private static func running(_ state: SELinuxState) -> Double? {
    switch state {
    case .running(let mode, _): mode.metricValue
    case .absent: -1
    case .hidden: nil
    }
  }

  /// A file without a mode boots permissive.
  private static func configured(_ config: Fact<SELinuxConfig>) -> Double? {
    switch config {
    case .known(let config, _): (config.mode ?? .permissive).metricValue
    case .absent: -1
    case .unreadable: nil
    }
  }
}
