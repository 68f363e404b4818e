import AgentCore
import Testing

@testable import AgentPlugins
@testable import AgentText

@Suite("The swap plugin")
struct SwapPluginTests {
  static let partition = SwapParserTests.head + "/dev/sda3 partition 4194300 1024 -2\n"
  /// A joined worker of Debian 13 with kubelet 1.34 and nothing of swap.
  static let worker = [
    "/proc/swaps": SwapParserTests.head, "/proc/sys/kernel/osrelease": "6.12.48+deb13-amd64\n",
    "/proc/cmdline": "BOOT_IMAGE=/vmlinuz root=/dev/sda2 ro quiet\n",
    "/sys/fs/cgroup/cgroup.controllers": "cpu memory\n",
    "/etc/fstab": "UUID=1 / ext4 defaults 0 1\n", "/etc/systemd/system/": "", "/etc/kubernetes/kubelet.conf": "",
    "/usr/bin/kubelet": "", "/var/lib/kubelet/config.yaml": "kind: KubeletConfiguration\n",
    "/var/lib/dpkg/status": "Package: kubelet\nStatus: install ok installed\nVersion: 1.34.1-1.1\n",
  ]
  static let tolerant = "failSwapOn: false\nmemorySwap:\n  swapBehavior: LimitedSwap\n"

  struct Judgement {
    var policy: [Verdict]
    var persistent: Verdict
    var metrics: [MetricFamily]
  }

  private func judge(
    _ changes: [String: String?] = [:], links: [String: String] = [:], forbidden: [String] = [],
    roles: Set<Role>? = nil,
    expect: SwapExpectation = .configured, base: [String: String] = worker
  ) async throws -> Judgement {
    var contents = base
    for (path, text) in changes { contents[path] = text }
    let test = try TestHost(contents, links: links, forbidden: forbidden, roles: roles)
    let plugin = SwapPlugin(host: test.host, settings: SwapSettings(expect: expect))
    let observation = try await plugin.observe(at: TestHost.time)
    #expect(observation.takenAt == TestHost.time)
    let verdicts = plugin.judge(observation)
    let persistent = verdicts.filter { $0.check == "swap.persistent" }
    #expect(persistent.count == 1)
    #expect(Set(verdicts.map(\.key)).count == verdicts.count)
    return Judgement(
      policy: verdicts.filter { $0.check == "swap.policy" }, persistent: try #require(persistent.first),
      metrics: plugin.metrics(observation))
  }

  @Test("a healthy worker without swap is ok")
  func healthy() async throws {
    let found = try await judge()
    #expect(
      found.policy == [
        Verdict("swap.policy", .ok, "no swap is on", evidence: [Evidence("/proc/swaps", "no swap area")])
      ])
    #expect(found.persistent.state == .ok)
    #expect(found.persistent.summary == "nothing turns swap on at boot")
    #expect(found.metrics.flatMap(\.samples) == [])
  }

  @Test("swap with failSwapOn: the kubelet will not start, and the remedy holds after a reboot")
  func failing() async throws {
    let found = try await judge(
      ["/proc/swaps": Self.partition, "/etc/fstab": "# swap\nUUID=5 none swap sw 0 0\n"],
      links: ["/dev/disk/by-uuid/5": "../../sda3"])
    let verdict = try #require(found.policy.first)
    #expect(found.policy.count == 1)
    #expect(verdict.subject == "/dev/sda3")
    #expect(verdict.state == .failing)
    #expect(verdict.summary == "the kubelet will not start: swap is on and failSwapOn is true")
    #expect(verdict.evidence.first == Evidence("/proc/swaps", "/dev/sda3 partition 4194300"))
    #expect(verdict.evidence.contains(Evidence("the kubelet's default", "failSwapOn=true")))
    #expect(verdict.remedy == "swapoff /dev/sda3; sed -i.bak '2s/^/#/' /etc/fstab; systemctl daemon-reload")
    #expect(found.persistent.state == .warning)
    #expect(found.persistent.summary == "swap comes back at every boot: /etc/fstab:2 (UUID=5)")
  }

  @Test("zram and files count like a partition, each is a subject of its own")
  func kinds() async throws {
    let found = try await judge([
      "/proc/swaps": Self.partition + "/dev/zram0 partition 1024 0 100\n/my\\040swap\\040(deleted) file 4 0 -3\n"
    ])
    #expect(found.policy.map(\.subject) == ["/dev/sda3", "/dev/zram0", "/my swap"])
    #expect(found.policy.allSatisfy { $0.state == .failing })
    #expect(found.policy.last?.remedy == "reboot (the swap file was removed while in use)")
    let sizes = try #require(found.metrics.first { $0.name == "nodeagent_swap_size_bytes" })
    #expect(sizes.samples.map(\.value) == [4_294_963_200, 1_048_576, 4096])
    #expect(sizes.samples[1].labels == [MetricLabel("device", "/dev/zram0"), MetricLabel("kind", "zram")])
    let used = try #require(found.metrics.first { $0.name == "nodeagent_swap_used_bytes" })
    #expect(used.samples.map(\.value) == [1_048_576, 0, 0])
  }

  @Test("what lxcfs lends a container counts, and is turned off on the container's host")
  func lent() async throws {
    let lent = SwapParserTests.head + "none                                    virtual\t\t16726012\t54272\t0\n"
    let found = try await judge(["/proc/swaps": lent])
    #expect(found.policy.map(\.state) == [.failing])
    #expect(found.policy.first?.remedy?.hasPrefix("on the host of this container: swapoff -a") == true)
    #expect(found.persistent.state == .ok)
    let tolerated = try await judge(["/proc/swaps": lent, "/var/lib/kubelet/config.yaml": Self.tolerant])
    #expect(tolerated.policy.map(\.state) == [.ok] && tolerated.persistent.state == .ok)
  }

  @Test("a machine about to join is judged with kubeadm's defaults")
  func candidate() async throws {
    let found = try await judge(
      ["/proc/swaps": Self.partition, "/etc/fstab": ""],
      base: ["/proc/sys/kernel/osrelease": "6.1.0\n", "/etc/systemd/system/": ""])
    let verdict = try #require(found.policy.first)
    #expect(verdict.state == .failing)
    #expect(verdict.summary == "a kubelet that joins from here will not start: swap is on and failSwapOn is true")
    #expect(verdict.evidence.contains(Evidence("kubeadm's default", "failSwapOn=true")))
  }

  @Test("a balancer without a kubelet is skipped, one with a kubelet is not")
  func irrelevant() async throws {
    let base = ["/proc/swaps": Self.partition, "/proc/sys/kernel/osrelease": "6.1.0\n"]
    let balancer = try await judge(roles: [.loadBalancer, .storage], base: base)
    #expect((balancer.policy + [balancer.persistent]).allSatisfy { $0.state == .skipped })
    #expect(balancer.persistent.summary == "no kubelet runs or is to run on this host (roles: load-balancer, storage)")
    let joined = try await judge(["/etc/kubernetes/kubelet.conf": ""], roles: [.loadBalancer], base: base)
    #expect(joined.policy.map(\.state) == [.failing])
  }

  @Test("configured swap is ok as long as it comes back at boot")
  func configured() async throws {
    let changes = ["/proc/swaps": Self.partition, "/var/lib/kubelet/config.yaml": Self.tolerant]
    let kept = try await judge(changes.merging(["/etc/fstab": "/dev/sda3 none swap sw 0 0"]) { $1 })
    #expect(kept.policy.map(\.state) == [.ok])
    #expect(kept.policy.first?.summary == "swap is on and configured (LimitedSwap)")
    #expect(kept.policy.first?.remedy == nil)
    #expect(kept.persistent.state == .ok)
    let gone = try await judge(changes)
    #expect(gone.persistent.state == .warning)
    #expect(gone.persistent.summary == "swap is on now, gone after a reboot: /dev/sda3")
    #expect(gone.persistent.remedy == "echo '/dev/sda3 none swap sw 0 0' >> /etc/fstab")
    let unwanted = try await judge(changes, expect: .none)
    #expect(unwanted.policy.map(\.state) == [.warning])
    #expect(unwanted.persistent.state == .ok)
  }

  @Test("tolerated but not configured is a warning that offers both ways")
  func tolerated() async throws {
    let found = try await judge(["/proc/swaps": Self.partition, "/var/lib/kubelet/config.yaml": "failSwapOn: false\n"])
    #expect(found.policy.map(\.state) == [.warning])
    #expect(
      found.policy.first?.summary
        == "swap is tolerated but not configured: failSwapOn is false and memorySwap.swapBehavior is not set")
    #expect(found.policy.first?.remedy?.contains("swapoff /dev/sda3") == true)
    let any = try await judge(
      ["/proc/swaps": Self.partition, "/var/lib/kubelet/config.yaml": "failSwapOn: false\n"], expect: .any)
    #expect(any.policy.map(\.state) == [.ok])
  }

  @Test("an unknown version is unknown with what each would do")
  func unknownVersion() async throws {
    let found = try await judge([
      "/proc/swaps": Self.partition, "/var/lib/kubelet/config.yaml": Self.tolerant, "/var/lib/dpkg/status": nil,
    ])
    #expect(found.policy.map(\.state) == [.unknown])
    #expect(found.policy.first?.summary.hasSuffix("(1.22–1.29: failing; 1.30: warning; 1.31 and later: ok)") == true)
    #expect(
      found.policy.first?.evidence.contains(Evidence("kubelet", "no package of dpkg holds /usr/bin/kubelet")) == true)
  }

  @Test("a broken configuration makes swap unknown, with its place, and no swap stays ok")
  func broken() async throws {
    let changes = ["/var/lib/kubelet/config.yaml": "failSwapOn: [\n"]
    let on = try await judge(changes.merging(["/proc/swaps": Self.partition]) { $1 })
    #expect(on.policy.map(\.state) == [.unknown])
    #expect(on.policy.first?.summary.contains("/var/lib/kubelet/config.yaml:") == true)
    #expect(on.persistent.state == .unknown)
    let off = try await judge(changes)
    #expect(off.policy.map(\.state) == [.ok])
    #expect(off.persistent.state == .ok)
  }

  @Test("an empty host and a forbidden one are never ok")
  func nothing() async throws {
    let empty = try await judge(base: [:])
    #expect((empty.policy + [empty.persistent]).map(\.state) == [.unknown, .unknown])
    let forbidden = try await judge(forbidden: ["/"], base: [:])
    #expect((forbidden.policy + [forbidden.persistent]).map(\.state) == [.unknown, .unknown])
    #expect(forbidden.policy.first?.summary.contains("/proc/swaps: permission denied") == true)
  }

  @Test("one unreadable file leaves the other check alone")
  func unreadable() async throws {
    let swaps = try await judge(forbidden: ["/proc/swaps"])
    #expect(swaps.policy.map(\.state) == [.unknown])
    #expect(swaps.persistent.state == .ok)
    let fstab = try await judge(forbidden: ["/etc/fstab"])
    #expect(fstab.policy.map(\.state) == [.ok])
    #expect(fstab.persistent.state == .unknown)
    #expect(fstab.persistent.summary.contains("/etc/fstab: permission denied"))
    let config = try await judge(["/proc/swaps": Self.partition], forbidden: ["/var/lib/kubelet/config.yaml"])
    #expect(config.policy.map(\.state) == [.unknown])
    #expect(config.policy.first?.evidence.last == Evidence("/var/lib/kubelet/config.yaml", "permission denied"))
  }

  @Test("a kernel without swap is ok", arguments: [nil, SwapParserTests.head] as [String?])
  func noSwapInKernel(swaps: String?) async throws {
    #expect(try await judge(["/proc/swaps": swaps]).policy.map(\.state) == [.ok])
  }

  @Test("a damaged /proc/swaps is unknown", arguments: ["a\nb\n", "a\n/dev/sda3 partition\n", "a\n\0\n"])
  func damaged(text: String) async throws {
    #expect(try await judge(["/proc/swaps": text]).policy.map(\.state) == [.unknown])
  }

  @Test("every check has all its texts, and its id belongs to the plugin")
  func texts() {
    let descriptor = SwapPlugin.descriptor
    #expect(descriptor.checks.map(\.id) == ["swap.policy", "swap.persistent"])
    for check in descriptor.checks {
      #expect(check.id.plugin == descriptor.name)
      let texts = [check.title, check.why, check.source, check.confirm, check.remedy, check.undo]
      #expect(texts.allSatisfy { !$0.isEmpty })
    }
  }

  @Test("settings: the expectation, its default and its mistakes")
  func settings() throws {
    func decode(_ text: String) throws -> (SwapExpectation, [String]) {
      let node = try Settings.load(text: Array(text.utf8), file: "f")
      let diagnostics = SettingsDiagnostics()
      let (settings, claimed) = node.decodeChecks(SwapSettings.self, into: diagnostics)
      #expect(claimed == ["swap.policy"])
      return (settings.expect, diagnostics.problems.map(\.description))
    }
    #expect(try decode("") == (.configured, []))
    #expect(try decode("swap.policy: {expect: none, hold: 2}") == (.none, []))
    #expect(try decode("swap.policy: {expect: maybe}").1.count == 1)
    #expect(try decode("swap.policy: {expected: any}").1.count == 1)
  }
}
