package import AgentCore
import AgentHost
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
        SysctlConfiguration.classicPath, UfwSysctl.configuration, UfwSysctl.defaults, UfwSysctl.usual,
        CNINetwork.directory, "/etc/haproxy/haproxy.cfg",
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

/// The kernel parameters of a host: as they are, as its files set them, and what makes them matter.
package struct SysctlObservation: Sendable, Equatable {
  /// When it was taken.
  package var takenAt: HostTime
  /// What the host is for.
  var roles: Set<Role>
  /// Whether a kubelet runs or will run here.
  var hasKubelet: Bool
  /// The values below /proc/sys without the final newline.
  var values: [SysctlName: Fact<String>]
  /// What the next boot will set.
  var configuration: SysctlConfiguration
  /// Whether the kubelet compares its parameters instead of setting them.
  var protectKernelDefaults: KubeletSetting<Bool>
  /// What makes parameters matter.
  var signs: SysctlApplicability

  /// Looks at the host; for the worker thread.
  init(reading files: HostFiles, keys: [SysctlKey], kubelet: KubeletFacts, roles: Set<Role>, at time: HostTime) {
    takenAt = time
    self.roles = roles
    hasKubelet = !roles.isDisjoint(with: [.controlPlane, .worker, .candidate]) || kubelet.isPresent
    values = Dictionary(uniqueKeysWithValues: keys.map { ($0.name, Self.value($0.name, files)) })
    configuration = SysctlConfiguration(reading: files)
    protectKernelDefaults = kubelet.configuration.bool(
      ["protectKernelDefaults"], flag: "protect-kernel-defaults", default: false)
    signs = SysctlApplicability(reading: files, kubelet: kubelet.configuration)
  }

  private static func value(_ name: SysctlName, _ files: HostFiles) -> Fact<String> {
    Fact(from: name.file) { () throws(FileError) in
      try files.bytesIfPresent(name.file, limit: .kernel).map { content in
        String(decoding: content.prefix { $0 != 0 && $0 != UInt8(ascii: "\n") }, as: UTF8.self)
      }
    }
  }
}

/// The checks of the sysctl plugin, in words.
enum SysctlChecks {
  static let all = [values, persistent]

  private static let values = CheckDefinition(
    SysctlValueJudge.check, title: "Kernel parameters as Kubernetes needs them",
    why: """
      Pods reach each other and Services only while the kernel forwards packets. With protectKernelDefaults the kubelet \
      refuses to start on other values.
      """,
    source: """
      The files below /proc/sys. Which ones matter: the roles, /etc/cni/net.d, protectKernelDefaults, haproxy.cfg, \
      IPv6 in the kubelet's flags or the control plane's manifests.
      """,
    confirm: "sysctl net.ipv4.ip_forward",
    remedy: "sysctl -w net.ipv4.ip_forward=1",
    undo: "sysctl -w net.ipv4.ip_forward=0",
    subject: "key", worst: .failing, lost: [.workloads])

  private static let persistent = CheckDefinition(
    SysctlPersistenceJudge.check, title: "Kernel parameters after the next boot",
    why: "What sysctl -w sets is gone after a reboot: the node then comes back without a pod network.",
    source: """
      sysctl.d in /etc, /run, /usr/local/lib and /usr/lib, merged as systemd-sysctl does: the first directory wins for a \
      file name, files are read in the order of their names, the last line wins. /etc/sysctl.conf counts only where a \
      link in sysctl.d leads to it. After them the file that IPT_SYSCTL of /etc/default/ufw names, where ufw is on.
      """,
    confirm: "/usr/lib/systemd/systemd-sysctl --cat-config | grep -n ip_forward",
    remedy: "echo net.ipv4.ip_forward=1 >> /etc/sysctl.d/99-kubernetes.conf && systemctl restart systemd-sysctl",
    undo: "Remove the line from /etc/sysctl.d/99-kubernetes.conf.",
    subject: "key", worst: .warning)
}
