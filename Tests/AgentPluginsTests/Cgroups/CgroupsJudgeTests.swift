import AgentCore
import Testing

@testable import AgentPlugins

@Suite struct CgroupsJudgeTests {
  /// The rule for cgroup v1 over every version, and over `failCgroupV1` unset, false and true.
  /// 1.31 brought the field, false by default; 1.35 made it true.
  @Test(
    arguments: [
      (nil, nil, CgroupVersionJudge.OldRule.unclear), (nil, false, .starts), (nil, true, .unclear),
      (28, nil, .starts), (28, true, .starts), (30, nil, .starts), (30, true, .starts),
      (31, nil, .starts), (31, false, .starts), (31, true, .refuses),
      (34, nil, .starts), (34, false, .starts), (34, true, .refuses),
      (35, nil, .refuses), (35, false, .starts), (35, true, .refuses),
      (40, nil, .refuses), (40, false, .starts), (40, true, .refuses),
    ] as [(Int?, Bool?, CgroupVersionJudge.OldRule)])
  func theKubeletsRuleForVersionOne(minor: Int?, failCgroupV1: Bool?, rule: CgroupVersionJudge.OldRule) {
    #expect(CgroupVersionJudge.oldRule(minor: minor, failCgroupV1: failCgroupV1) == rule)
  }

  private static let kubelet = [
    "/etc/kubernetes/kubelet.conf": "", "/usr/bin/kubelet": "", "/var/lib/kubelet/config.yaml": "kind: x\n",
    "/var/lib/dpkg/status": "Package: kubelet\nStatus: install ok installed\nVersion: 1.32.3-1.1\n\n",
  ]
  private static let unified = [
    "/sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory hugetlb pids\n",
    "/sys/fs/cgroup/cgroup.subtree_control": "cpuset cpu io memory pids\n",
  ]
  private static let pi = ["/proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.4\0"]

  private static let old = ["/sys/fs/cgroup/memory/x": "", "/sys/fs/cgroup/cpu/x": "", "/sys/fs/cgroup/systemd/x": ""]

  /// What switches version 2 off is taken out where it stands.
  @Test(arguments: [
    (
      ["/etc/default/grub": "GRUB_CMDLINE_LINUX=\"quiet systemd.unified_cgroup_hierarchy=0\"\n"],
      "hierarchy=0//' /etc/default/grub"
    ),
    (["/etc/default/grub": "GRUB_CMDLINE_LINUX='systemd.unified_cgroup_hierarchy=false'\n"], "hierarchy=false//"),
    (
      ["/etc/default/grub": "GRUB_CMDLINE_LINUX=\"\"\n", "/proc/cmdline": "ro systemd.unified_cgroup_hierarchy=no\n"],
      "grep -rnF 'systemd.unified_cgroup_hierarchy=no'"
    ),
    (["/etc/default/grub": "GRUB_CMDLINE_LINUX=\"\"\n"], "&systemd.unified_cgroup_hierarchy=1"),
  ]) func versionOneIsTakenOutWhereItStands(files: [String: String], words: String) async throws {
    let remedy = try #require(try await verdicts([Self.kubelet, Self.old, files])["cgroups.version"]?.remedy)
    #expect(remedy.contains(words), "\(remedy)")
    #expect(words.contains("=1") || !remedy.contains("=1"))
  }

  private static let off = ["/sys/fs/cgroup/cgroup.controllers": "cpuset cpu io pids\n"]
  private static let root = "console=tty1 root=PARTUUID=1-02 rootwait\n"

  /// The firmware's own way to the file.
  @Test(
    arguments: [
      (["/boot/firmware/cmdline.txt": root], "/boot/firmware/cmdline.txt"),
      (["/boot/cmdline.txt": root], "/boot/cmdline.txt"),
      (
        [
          "/boot/firmware/config.txt": "os_prefix=a/\n", "/boot/firmware/a/cmdline.txt": root,
          "/boot/firmware/cmdline.txt": root,
        ],
        "/boot/firmware/a/cmdline.txt"
      ),
      (
        [
          "/boot/firmware/config.txt": "[all]\ncmdline=boot.txt\n", "/boot/firmware/boot.txt": root,
          "/boot/firmware/cmdline.txt": root,
        ], "/boot/firmware/boot.txt"
      ),
      (
        [
          "/boot/config.txt": "include extra.txt\n",
          "/boot/extra.txt": "[pi4]\ncmdline=four.txt\n[pi5]\ncmdline=five.txt\n", "/boot/four.txt": root,
          "/boot/five.txt": root,
        ],
        "/boot/four.txt"
      ),
      (
        [
          "/boot/firmware/config.txt": "[tryboot]\nos_prefix=new/\n", "/boot/firmware/new/cmdline.txt": root,
          "/boot/firmware/cmdline.txt": root,
        ],
        "/boot/firmware/cmdline.txt"
      ),
      // Left by a command of a tutorial: no kernel boots with it.
      (["/boot/firmware/cmdline.txt": "cgroup_enable=memory\n", "/boot/cmdline.txt": root], "/boot/cmdline.txt"),
      (
        ["/boot/firmware/config.txt": "os_prefix=gone/\n", "/boot/firmware/cmdline.txt": root],
        "/boot/firmware/cmdline.txt"
      ),
      (["/boot/config.txt": "include config.txt\n", "/boot/cmdline.txt": root], "/boot/cmdline.txt"),
    ] as [([String: String], String)]) func theFirmwaresFileIsAppendedTo(files: [String: String], path: String)
    async throws
  {
    let verdict = try #require(try await verdicts([Self.kubelet, Self.off, Self.pi, files])["cgroups.memory"])
    #expect(verdict.state == .failing && verdict.remedy?.contains("' \(path); reboot") == true, "\(verdict)")
  }

  private func verdicts(
    _ files: [[String: String]], forbidden: [String] = [], roles: Set<Role>? = nil
  ) async throws -> [CheckID: Verdict] {
    let contents = files.reduce(into: [:]) { $0.merge($1) { _, last in last } }
    let host = try TestHost(contents, forbidden: forbidden, roles: roles)
    let plugin = CgroupsPlugin(host: host.host)
    let verdicts = plugin.judge(try await plugin.observe(at: TestHost.time))
    return Dictionary(uniqueKeysWithValues: verdicts.map { ($0.check, $0) })
  }

  @Test func aUnifiedHierarchyIsWell() async throws {
    let verdicts = try await verdicts([Self.kubelet, Self.unified])
    #expect(verdicts["cgroups.version"]?.state == .ok)
    #expect(verdicts["cgroups.memory"]?.state == .ok)
  }

  @Test func aMissingControllerFailsAndOneThatIsOffWarns() async throws {
    let missing = try await verdicts([
      Self.kubelet, Self.unified, ["/sys/fs/cgroup/cgroup.controllers": "cpu io memory hugetlb"],
    ])
    #expect(missing["cgroups.version"]?.state == .failing)
    #expect(missing["cgroups.version"]?.summary.contains("cpuset, pids") == true)
    let off = try await verdicts([Self.kubelet, Self.unified, ["/sys/fs/cgroup/cgroup.subtree_control": "cpu memory"]])
    #expect(off["cgroups.version"]?.state == .warning)
    #expect(off["cgroups.version"]?.remedy == "echo '+cpuset +pids' > /sys/fs/cgroup/cgroup.subtree_control")
    let candidate = try await verdicts([Self.unified, ["/sys/fs/cgroup/cgroup.subtree_control": ""]])
    #expect(candidate["cgroups.version"]?.state == .ok, "the kubelet switches them on itself")
  }

  @Test(arguments: [
    ("1.32.3-1.1", "", CheckState.warning), ("1.35.0-1.1", "", .failing),
    ("1.35.0-1.1", "failCgroupV1: false\n", .warning), ("1.32.3-1.1", "failCgroupV1: true\n", .failing),
    ("1.35.0-1.1", "failCgroupV1: [\n", .unknown),
  ]) func versionOneIsJudgedByTheKubeletThatIsInstalled(version: String, setting: String, state: CheckState)
    async throws
  {
    let verdicts = try await verdicts([
      Self.kubelet, ["/sys/fs/cgroup/memory/tasks": "", "/sys/fs/cgroup/cpu/tasks": ""],
      [
        "/var/lib/kubelet/config.yaml": "kind: KubeletConfiguration\n" + setting,
        "/var/lib/dpkg/status": "Package: kubelet\nStatus: install ok installed\nVersion: \(version)\n\n",
      ],
    ])
    #expect(verdicts["cgroups.version"]?.state == state)
    #expect(verdicts["cgroups.memory"]?.state == .ok)
  }

  @Test func versionOneBeforeAKubeletIsInstalledWarns() async throws {
    #expect(try await verdicts([["/sys/fs/cgroup/unified/x": ""]])["cgroups.version"]?.state == .warning)
  }

  private static let withoutMemory = [
    "/sys/fs/cgroup/cgroup.controllers": "cpuset cpu io hugetlb pids",
    "/proc/cmdline": "coherent_pool=1M cgroup_disable=memory console=tty1\n",
  ]

  @Test(arguments: [
    (
      ["/boot/firmware/cmdline.txt": "console=tty1 root=x\n"],
      "sed -i.bak '1s/$/ cgroup_enable=memory cgroup_memory=1/' /boot/firmware/cmdline.txt; reboot"
    ),
    (
      ["/boot/cmdline.txt": "console=tty1 root=x\n"],
      "sed -i.bak '1s/$/ cgroup_enable=memory cgroup_memory=1/' /boot/cmdline.txt; reboot"
    ),
    (["/boot/firmware/cmdline.txt": "console=tty1 cgroup_enable=memory cgroup_memory=1\n"], "reboot"),
    ([:], "sed -i.bak '1s/$/ cgroup_enable=memory cgroup_memory=1/' /boot/firmware/cmdline.txt; reboot"),
  ]) func aPiWithoutMemoryIsToldWhichFileToEdit(boot: [String: String], remedy: String) async throws {
    let verdict = try await verdicts([Self.kubelet, Self.unified, Self.pi, Self.withoutMemory, boot])["cgroups.memory"]
    #expect(verdict?.state == .failing)
    #expect(verdict?.remedy == remedy)
  }

  @Test func aPiThatWillLoseMemoryAtTheNextBootWarns() async throws {
    let now = ["/proc/cmdline": "cgroup_disable=memory console=tty1 cgroup_enable=memory\n"]
    let lost = try await verdicts([
      Self.kubelet, Self.unified, Self.pi, now, ["/boot/firmware/cmdline.txt": "console=tty1"],
    ])
    #expect(lost["cgroups.memory"]?.state == .warning)
    let kept = try await verdicts([
      Self.kubelet, Self.unified, Self.pi, now, ["/boot/firmware/cmdline.txt": "cgroup_enable=memory"],
    ])
    #expect(kept["cgroups.memory"]?.state == .ok)
  }

  @Test func anotherMachineIsToldOfItsOwnCommandLine() async throws {
    let asked = try await verdicts([Self.kubelet, Self.unified, Self.withoutMemory])["cgroups.memory"]
    #expect(asked?.state == .failing)
    #expect(asked?.remedy == "sed -i.bak 's/ *cgroup_disable=memory//' /etc/default/grub; update-grub; reboot")
    let built = try await verdicts([Self.kubelet, Self.unified, Self.withoutMemory, ["/proc/cmdline": "quiet"]])
    #expect(built["cgroups.memory"]?.remedy == "boot a kernel built with CONFIG_MEMCG=y")
  }

  @Test func whatOnlyPartlyCouldBeSeenIsNotCalledWell() async throws {
    let enabled = try await verdicts(
      [Self.kubelet, Self.unified], forbidden: ["/sys/fs/cgroup/cgroup.subtree_control"])
    #expect(enabled["cgroups.version"]?.state == .unknown)
    let boot = try await verdicts([Self.kubelet, Self.unified, Self.pi], forbidden: ["/boot"])
    #expect(boot["cgroups.memory"]?.state == .unknown)
  }

  @Test func whatCannotBeSeenIsUnknownAndWhereNoKubeletBelongsItIsSkipped() async throws {
    let states = { (verdicts: [CheckID: Verdict]) in verdicts.values.map(\.state) }
    #expect(states(try await verdicts([])) == [.unknown, .unknown])
    #expect(states(try await verdicts([Self.unified], forbidden: ["/sys"])) == [.unknown, .unknown])
    #expect(states(try await verdicts([Self.unified], roles: [.storage])) == [.skipped, .skipped])
  }
}
