package import AgentCore
import AgentHost
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

/// What a host's control groups are like.
package struct CgroupsObservation: Sendable, Equatable {
  /// When it was read.
  package var takenAt: HostTime
  /// Why it does not matter here; nil where it does.
  var irrelevance: String?
  var version: Fact<CgroupVersion>
  /// Controllers that the kernel offers: the words of cgroup.controllers, on v1 the mounted hierarchies.
  var controllers: Fact<[String]>
  /// Controllers that are on for the children of the root (cgroup.subtree_control); absent on v1.
  var enabled: Fact<[String]>
  /// What the kernel was started with, of interest here: the words with `cgroup`.
  var commandLine: Fact<[String]>
  /// The file that the next boot's command line is made of; absent where none is known.
  var bootFile: Fact<BootCommandLineFile>
  /// The board's name where it is a Raspberry Pi.
  var board: String?
  var kubeletMinor: Int?
  var isKubeletInstalled: Bool
  var isJoined: Bool
  /// `failCgroupV1` as it is set; nil inside when the version decides.
  var failCgroupV1: KubeletSetting<Bool?>
}

/// The file that the next boot's kernel command line comes from.
struct BootCommandLineFile: Sendable, Equatable {
  /// Where Raspberry Pi OS has it, since Debian 12 and before.
  static let raspberry = ["/boot/firmware/cmdline.txt", "/boot/cmdline.txt"]
  static let grub = "/etc/default/grub"
  static let paths = raspberry + [grub] + RaspberryBoot.configurations

  var path: String
  /// Its words with `cgroup`.
  var words: [String]

  /// All words of a text, without comments and quotes.
  static func words(_ text: String) -> [String] {
    text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") }
      .flatMap { $0.split { $0.isWhitespace || $0 == "\"" || $0 == "'" } }.map(String.init)
  }
}

/// The checks of control groups, with their texts.
enum CgroupsChecks {
  static let all = [version, memory]

  private static let version = CheckDefinition(
    "cgroups.version", title: "Control groups are version 2, with the controllers that pods need",
    why: """
      The kubelet limits every pod by control groups. From 1.35 on it does not start on version 1 unless failCgroupV1 \
      is false; without cpu, cpuset and pids it does not start on version 2 either.
      """,
    source: "/sys/fs/cgroup/cgroup.controllers and cgroup.subtree_control; failCgroupV1 of the kubelet",
    confirm: "stat -fc %T /sys/fs/cgroup; cat /sys/fs/cgroup/cgroup.controllers /sys/fs/cgroup/cgroup.subtree_control",
    remedy: "boot with systemd.unified_cgroup_hierarchy=1 on the kernel's command line",
    undo: "mv /etc/default/grub.bak /etc/default/grub; update-grub; reboot", worst: .failing, lost: [.workloads])

  private static let memory = CheckDefinition(
    "cgroups.memory", title: "The memory controller is on, now and after a reboot",
    why: """
      Without it the kubelet does not start. A Raspberry Pi's firmware switches it off unless cmdline.txt says \
      otherwise.
      """,
    source: "/sys/fs/cgroup/cgroup.controllers, /proc/cmdline, cmdline.txt of a Raspberry Pi, /etc/default/grub",
    confirm: "cat /sys/fs/cgroup/cgroup.controllers; tr ' ' '\\n' < /proc/cmdline | grep cgroup",
    remedy: "sed -i.bak '1s/$/ cgroup_enable=memory cgroup_memory=1/' /boot/firmware/cmdline.txt; reboot",
    undo: "mv /boot/firmware/cmdline.txt.bak /boot/firmware/cmdline.txt; reboot", worst: .failing, lost: [.workloads])
}
