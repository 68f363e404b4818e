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

/// SELinux on a host: what it does now, and what decides of the next boot.
package struct SELinuxObservation: Sendable, Equatable {
  /// When it was taken.
  package var takenAt: HostTime
  /// The files that tell the state.
  var facts: SELinuxFacts
  /// The configuration file.
  var config: Fact<SELinuxConfig>
  /// What the kernel's command line says of it.
  var words: Fact<SELinuxBootWords>
  /// The file of the policy that the configuration names; absent where it has none.
  var policy: Fact<String>
  /// What brings the rules for containers; absent where none does.
  var containerPolicy: Fact<String>
  /// Whether a kubelet runs or will run here.
  var hasKubelet: Bool
  /// The programs that remedies can use.
  var tools: SELinuxTools

  /// What SELinux does now.
  var state: SELinuxState { facts.state(isConfigured: config != .absent || words.value?.isOff == true) }

  /// What the next boot makes of it.
  var nextBoot: SELinuxNextBoot {
    .decide(
      config: config, words: words,
      isInKernel: facts.enforce.value == nil ? facts.isInKernel : facts.enforce.map { _ in true },
      policy: policy)
  }
}

/// Programs of the distribution.
struct SELinuxTools: Sendable, Equatable {
  /// Red Hat's program for the kernel's command line; elsewhere it is made of /etc/default/grub.
  var hasGrubby = false
  /// What installs container-selinux; nil where the distribution has no such package.
  var installer: String?
}

/// The checks of the selinux plugin, in words.
enum SELinuxChecks {
  static let all = [mode, persistent]

  private static let mode = CheckDefinition(
    SELinuxModeJudge.check, title: "SELinux is in the expected mode",
    why: """
      Enforcing denies what the policy does not allow: without container-selinux that is much of what pods do. \
      Permissive only logs it. Disabled is not permissive: files get no labels, so that going back takes a relabelling \
      of all disks at boot. Nothing is expected unless selinux.mode has expect.
      """,
    source: """
      /sys/fs/selinux/enforce; where it is not mounted, /proc/filesystems and the agent's own label. container-selinux: \
      the module container in /var/lib/selinux or /etc/selinux.
      """,
    confirm: "getenforce; semodule -l | grep -x container",
    remedy: "setenforce 0", undo: "setenforce 1", worst: .warning)

  private static let persistent = CheckDefinition(
    SELinuxPersistenceJudge.check, title: "SELinux is in the same mode after a reboot",
    why: """
      setenforce lasts until the next boot. A node that comes back enforcing denies what was only logged before; one \
      that is to be enforcing and has no policy does not boot at all.
      """,
    source: """
      /etc/selinux/config as libselinux reads it (first SELINUX= at the beginning of a line, no quotes; without one: \
      permissive), the policy in /etc/selinux/SELINUXTYPE/policy; selinux= and enforcing= in /proc/cmdline, which win. \
      SELINUX=disabled leaves a kernel from 6.4 on, and RHEL 9's, with SELinux but without a policy; selinux=0 switches \
      it off whole.
      """,
    confirm: "grep -n ^SELINUX /etc/selinux/config; tr ' ' '\\n' < /proc/cmdline | grep -E 'selinux|enforcing'",
    remedy: "sed -i.bak 's/^SELINUX=.*/SELINUX=permissive/' /etc/selinux/config",
    undo: "mv /etc/selinux/config.bak /etc/selinux/config", worst: .warning)
}
