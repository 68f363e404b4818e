package import AgentCore
package import AgentKnowledge

/// Swap against what the kubelet makes of it, now and after the next boot.
package struct SwapPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "swap", area: .prerequisites, summary: "Swap areas and what the kubelet makes of them.",
    checks: SwapChecks.all, rhythm: .every(.seconds(300)), deadline: .seconds(2),
    requirements: [
      Requirement(.file(SwapSource.swapsPath), for: [SwapChecks.policy, SwapChecks.persistent], permission: "read"),
      Requirement(
        .file(Fstab.path), for: [SwapChecks.persistent], permission: "read"),
      Requirement(
        .file("/var/lib/kubelet/config.yaml"), for: [SwapChecks.policy, SwapChecks.persistent],
        permission: "read"),
    ])

  private static let watched = [
    Fstab.path, "/etc/systemd/system", "/etc/systemd/system/swap.target.wants", "/etc/systemd/zram-generator.conf",
    "/etc/systemd/zram-generator.conf.d", "/etc/dphys-swapfile", "/etc/rpi/swap.conf", "/etc/rpi/swap.conf.d",
  ]

  private let host: Host
  private let settings: SwapSettings

  /// Watches a host.
  package init(host: Host, settings: SwapSettings) {
    self.host = host
    self.settings = settings
  }

  /// swapon(2), swapoff(2) and every change of a file that turns swap on or sets up the kubelet.
  package func triggers() -> AsyncStream<Trigger> {
    host.changes(of: Self.watched + KubeletSource.watchedPaths, polling: [SwapSource.swapsPath])
  }

  /// Reads /proc/swaps, the kubelet's settings and all that turns swap on at boot.
  package func observe(at time: HostTime) async throws -> SwapObservation {
    let kubelet = try await host.kubelet.facts()
    let roles = host.roles
    return try await host.read { files in SwapSource.read(files, kubelet: kubelet, roles: roles, at: time) }
  }

  /// One verdict of `swap.policy` for each swap area, or one for the host without any; one of `swap.persistent`.
  package func judge(_ observation: SwapObservation) -> [Verdict] {
    if let reason = observation.irrelevance {
      return [SwapChecks.policy, SwapChecks.persistent].map { Verdict($0, .skipped, reason) }
    }
    return SwapPolicyJudge(observation, expect: settings.expect).verdicts()
      + [SwapPersistenceJudge(observation, expect: settings.expect).verdict()]
  }

  /// Sizes and use of the swap areas.
  package func metrics(_ observation: SwapObservation) -> [MetricFamily] { SwapMetrics.families(observation) }
}
