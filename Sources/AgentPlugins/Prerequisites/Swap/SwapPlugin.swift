package import AgentCore
import AgentHost
package import AgentKnowledge
package import AgentText

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

/// What one look at a host's swap gave.
package struct SwapObservation: Sendable, Equatable {
  var takenAt: HostTime
  /// Why swap does not matter on this host; nil where a kubelet runs or will run.
  var irrelevance: String?
  /// The swap areas in use; absent when the kernel has no swap.
  var swaps: Fact<[SwapDevice]>
  /// The kernel's release, such as `6.1.0-28-amd64`.
  var kernelRelease: Fact<String>
  /// The hierarchy at /sys/fs/cgroup.
  var cgroup: Fact<CgroupVersion>
  /// The kubelet's version and settings.
  var kubelet: KubeletFacts
  /// What the next boot turns on.
  var boot: SwapBootFacts
}

/// What the administrator wants of swap on this host.
package enum SwapExpectation: String, Sendable, CaseIterable, SettingsScalar {
  /// No swap, even where the kubelet could live with it.
  case none
  /// None, or swap that the kubelet is configured for; the default.
  case configured
  /// Whatever the kubelet starts with.
  case any
}

/// The settings of the swap plugin: `swap.policy: {expect: none | configured | any}`.
package struct SwapSettings: SettingsSection, Sendable {
  private struct Policy: SettingsSection {
    var expect: SwapExpectation
    init(from reader: SettingsReader) { expect = reader.value("expect", default: .configured) }
  }

  /// What is wanted.
  package var expect: SwapExpectation

  /// Settings for tests and for callers without a file.
  package init(expect: SwapExpectation = .configured) { self.expect = expect }

  /// Reads the mapping `checks`.
  package init(from reader: SettingsReader) { expect = reader.check("swap.policy", as: Policy.self).expect }
}

/// The numbers of the swap plugin.
enum SwapMetrics {
  static func families(_ observation: SwapObservation) -> [MetricFamily] {
    guard let devices = observation.swaps.value else { return [] }
    return [
      MetricFamily(
        "nodeagent_swap_size_bytes", help: "Size of a swap area.", samples: devices.map { sample($0, $0.size) }),
      MetricFamily(
        "nodeagent_swap_used_bytes", help: "Bytes of a swap area in use.", samples: devices.map { sample($0, $0.used) }),
    ]
  }

  private static func sample(_ device: SwapDevice, _ bytes: UInt64) -> MetricSample {
    MetricSample(Double(bytes), ["device": device.path, "kind": device.kind.rawValue])
  }
}
