import AgentCore
import Foundation
import Testing

@testable import AgentPlugins
@testable import AgentText

@Suite struct DiskPluginTests {
  private static let node = [
    "/etc/kubernetes/kubelet.conf": "", "/var/lib/kubelet/config.yaml": "kind: KubeletConfiguration\n",
    "/usr/bin/kubelet": "",
  ]
  private static let root = "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"

  private func verdicts(
    mounts: String = root, spaces: [String] = [], files: [String: String] = [:], roles: Set<Role> = [.worker],
    settings: String = ""
  ) async throws -> [Verdict] {
    var contents = Self.node.merging(["/proc/self/mountinfo": mounts]) { $1 }.merging(files) { $1 }
    contents["/recorded.yaml"] = spaces.isEmpty ? "" : "spaces:\n" + spaces.map { "  \($0)\n" }.joined()
    let host = try TestHost(contents, roles: roles)
    let plugin = DiskPlugin(host: host.host, settings: try Self.settings(settings))
    return plugin.judge(try await plugin.observe(at: TestHost.time))
  }

  private static func settings(_ yaml: String) throws -> DiskSettings {
    try Settings.load(text: Array(yaml.utf8), file: "test.yaml").decode(DiskSettings.self)
  }

  private static func space(_ path: String, _ percent: Int, inodes: Int = 50) -> String {
    "\(path): {totalBytes: 100000000000, freeBytes: \(percent)000000000, totalInodes: 1000, freeInodes: \(inodes)0}"
  }

  @Test(
    arguments: [
      (20, CheckState.ok, "20 % free"), (12, .warning, "below 10 % the kubelet evicts"),
      (9, .failing, "9 % free, less than 10 %: the kubelet evicts pods"),
    ]) func theKubeletsThresholdDecides(percent: Int, state: CheckState, words: String) async throws
  {
    let verdict = try await verdicts(spaces: [Self.space("/var/lib/kubelet", percent)]).of("disk.space")
    #expect(verdict.subject == "/var/lib/kubelet" && verdict.state == state, "\(verdict)")
    #expect((words.isEmpty || verdict.summary.contains(words)), "\(verdict)")
    #expect(verdict.lost == [.workloads])
  }

  /// Images lie where the runtime's configuration says.
  @Test(
    arguments: [
      (
        ["/etc/containerd/config.toml": "version = 2\nroot = \"/data/containerd\"\n", "/data/containerd/x": ""],
        "/data/containerd"
      ),
      (["/etc/containerd/config.toml": "root = '/data/containerd'\n"], "/data"),
      (["/etc/crio/crio.conf.d/9.conf": "[crio]\nroot = \"/data/images\"\n", "/data/images/x": ""], "/data/images"),
      (["/etc/containerd/config.toml": "#root = \"/data/containerd\"\n", "/data/containerd/x": ""], nil),
      (["/etc/containerd/config.toml": "[x]\nroot = \"/data/containerd\"\n", "/data/containerd/x": ""], nil),
    ] as [([String: String], String?)]) func theRuntimesRootIsJudged(files: [String: String], subject: String?)
    async throws
  {
    let verdicts = try await verdicts(
      mounts: Self.root + "2 1 8:17 / /data rw - xfs /dev/sdb1 rw\n",
      spaces: ["/var/lib/kubelet", "/data", "/data/containerd", "/data/images"].map {
        Self.space($0, $0.hasPrefix("/data") ? 1 : 50)
      }, files: files)
    let full = verdicts.filter { $0.check == "disk.space" && $0.state == .failing }
    #expect(full.map(\.subject) == [subject].compactMap(\.self))
    #expect(full.allSatisfy { $0.remedy?.contains(" \($0.subject) | ") == true })
  }

  @Test func imagesOnTheSameFileSystemHaveTheirThresholdThere() async throws {
    let verdict = try await verdicts(
      spaces: [Self.space("/var/lib/kubelet", 14)], files: ["/var/lib/containers/storage/x": ""]
    ).of("disk.space")
    #expect(verdict.state == .failing && verdict.summary.contains("less than 15 %"), "\(verdict)")
  }

  @Test func imagesOnTheirOwnFileSystemAreASubject() async throws {
    let verdicts = try await verdicts(
      mounts: Self.root + "2 1 8:2 / /var/lib/containers rw - xfs /dev/sdb1 rw\n",
      spaces: [Self.space("/var/lib/kubelet", 50), Self.space("/var/lib/containers/storage", 14)],
      files: ["/var/lib/containers/storage/x": ""])
    #expect(try verdicts.of("disk.space", "/var/lib/kubelet").state == .ok)
    #expect(try verdicts.of("disk.space", "/var/lib/containers/storage").state == .failing)
  }

  @Test(
    arguments: [
      ("evictionHard: {nodefs.available: 1Gi, nodefs.inodesFree: 5%}\n", 5, CheckState.ok, "5 % free"),
      ("evictionHard: {nodefs.available: 6G, nodefs.inodesFree: 5%}\n", 5, .failing, "less than 5 GiB"),
      ("evictionHard: {memory.available: 1Gi}\n", 50, .warning, "leaves out nodefs.available"),
      ("evictionHard: {memory.available: 1Gi}\nmergeDefaultEvictionSettings: true\n", 50, .ok, "50 % free"),
      ("evictionHard: {nodefs.available: 0%}\n", 1, .ok, "1 % free"),
      ("evictionHard: {nodefs.available: many}\n", 50, .unknown, "nodefs.available: 'many' is no limit"),
      ("evictionHard: {nodefs.available: 101%}\n", 50, .unknown, "'101%' is no limit"),
      ("evictionHard: [\n", 50, .unknown, ""),
    ]) func thresholdsAreThoseOfTheConfiguration(yaml: String, percent: Int, state: CheckState, words: String)
    async throws
  {
    let verdict = try await verdicts(
      spaces: [Self.space("/var/lib/kubelet", percent)],
      files: ["/var/lib/kubelet/config.yaml": "kind: KubeletConfiguration\n" + yaml]
    ).of("disk.space")
    #expect(verdict.state == state && (words.isEmpty || verdict.summary.contains(words)), "\(verdict)")
  }

  @Test func inodesHaveTheirOwnThreshold() async throws {
    let verdict = try await verdicts(spaces: [Self.space("/var/lib/kubelet", 50, inodes: 4)]).of("disk.inodes")
    #expect(verdict.state == .failing && verdict.summary.contains("less than 5 %"), "\(verdict)")
  }

  @Test func etcdIsJudgedByShares() async throws {
    let spaces = [Self.space("/var/lib/kubelet", 50), Self.space("/var/lib/etcd", 8)]
    let files = ["/var/lib/etcd/member": ""]
    let etcd = try await verdicts(spaces: spaces, files: files, roles: [.controlPlane]).of(
      "disk.space", "/var/lib/etcd")
    #expect(etcd.state == .warning && etcd.lost == [] && etcd.atRisk == [.administration], "\(etcd)")
    let set = try await verdicts(
      spaces: spaces, files: files, roles: [.controlPlane], settings: "disk.space: {warning: 30, failing: 9}\n")
    #expect(try set.of("disk.space", "/var/lib/etcd").state == .failing)
  }

  @Test func whatIsExportedIsJudgedOnAStorageHost() async throws {
    let verdicts = try await verdicts(
      mounts: Self.root + "2 1 9:0 / /mnt/server rw - ext4 /dev/md0 rw\n",
      spaces: [Self.space("/", 50), Self.space("/mnt/server", 4)],
      files: ["/etc/exports": "/mnt/server 192.0.2.0/24(rw)\n", "/mnt/server/x": ""], roles: [.storage])
    let export = try verdicts.of("disk.space", "/mnt/server")
    #expect(export.state == .failing && export.lost == [.storage], "\(export)")
    #expect(try verdicts.of("disk.space", "/").state == .ok)
  }

  @Test func aDirectoryOnNFSIsNotTouched() async throws {
    let verdict = try await verdicts(
      mounts: Self.root + "2 1 0:52 / /var/lib/kubelet rw - nfs4 192.0.2.1:/k rw\n", spaces: [Self.space("/", 50)]
    ).of("disk.space", "/var/lib/kubelet")
    #expect(verdict.state == .skipped && verdict.summary.contains("does not touch"), "\(verdict)")
  }

  @Test(
    arguments: [
      ("rw", "rw", CheckState.ok, ""), ("rw", "ro,errors=remount-ro", .failing, "turned read-only by the kernel"),
      ("rw", "rw,emergency_ro", .failing, "turned read-only by the kernel"),
      ("rw", "rw,shutdown", .failing, "was shut down"),
      ("ro", "ro", .failing, "though /etc/fstab:1 mounts it for writing"), ("ro", "rw", .ok, ""),
    ]) func fileSystemsThatTurnedReadOnly(mount: String, system: String, state: CheckState, words: String) async throws
  {
    // What the kubelet uses is a failure, a disk that nobody is seen to use a warning.
    for (point, used) in [("/var/lib/kubelet", state), ("/data", state == .failing ? .warning : state)] {
      let verdict = try await verdicts(
        mounts: Self.root + "2 1 8:2 / \(point) \(mount) - ext4 /dev/sdb1 \(system)\n",
        files: ["/etc/fstab": "/dev/sdb1 \(point) ext4 defaults 0 2\n"]
      ).of("disk.read-only")
      #expect(verdict.state == used && (words.isEmpty || verdict.summary.contains(words)), "\(verdict)")
      #expect(verdict.subject == (state == .ok ? "" : point))
    }
  }

  @Test(
    arguments: [
      ("/", [.worker], CheckState.failing, [.workloads]), ("/var/lib/kubelet", [.worker], .failing, [.workloads]),
      ("/var/lib", [.worker], .failing, [.workloads]), ("/var/lib/containers", [.worker], .failing, [.workloads]),
      ("/var/lib/etcd", [.controlPlane], .failing, [.workloads]), ("/var/lib/etcd", [.worker], .warning, []),
      ("/export", [.storage], .failing, [.storage]), ("/export", [.worker], .warning, []),
      ("/", [.storage], .failing, [.storage]), ("/media/usb", [.worker, .storage], .warning, []),
      ("/var/lib/kubelet/pods/u/volumes/kubernetes.io~csi/pvc/mount", [.worker], .failing, []),
      ("/var/lib/kubelets", [.worker], .warning, []),
    ] as [(String, Set<Role>, CheckState, [Plane])]) func whoUsesAReadOnlyDiskLosesIt(
      point: String, roles: Set<Role>, state: CheckState, lost: [Plane]
    ) async throws
  {
    let disk = "2 1 8:2 / \(point) rw - ext4 /dev/sdb1 ro\n"
    let verdict = try await verdicts(
      mounts: point == "/" ? "1 0 8:1 / / rw - ext4 /dev/sda1 ro\n" : Self.root + disk,
      files: [
        "/etc/exports": "/export/k8s *(rw)\n", "/export/k8s/x": "", "/var/lib/containers/storage/x": "",
        "/var/lib/etcd/x": "",
      ], roles: roles
    ).of("disk.read-only")
    #expect(verdict.state == state && verdict.lost == lost, "\(verdict)")
    #expect(verdict.atRisk?.isEmpty == (state == .warning), "\(verdict)")
  }

  @Test func aBindMountThatIsReadOnlyIsNoFault() async throws {
    let mounts =
      Self.root + "2 1 8:2 / /data rw - ext4 /dev/sdb1 rw\n"
      + "3 1 8:2 /v /var/lib/kubelet/pods/u/volumes/kubernetes.io~csi/p/mount ro - ext4 /dev/sdb1 rw\n"
    #expect(try await verdicts(mounts: mounts).of("disk.read-only").state == .ok)
  }

  @Test func whatIsReadOnlyByItsNatureOrOnPurposeIsWell() async throws {
    let mounts =
      Self.root + """
        2 1 7:0 / /snap/core ro - squashfs /dev/loop0 ro
        3 1 8:2 / /mnt/archive ro - ext4 /dev/sdb1 ro
        4 1 8:3 / /boot ro - ext4 /dev/sdc1 ro

        """
    let fstab = "/dev/sdc1 /boot ext4 ro,noatime 0 2\n"
    #expect(try await verdicts(mounts: mounts, files: ["/etc/fstab": fstab]).of("disk.read-only").state == .ok)
  }

  @Test func aCandidateIsNotJudged() async throws {
    let verdicts = try await verdicts(roles: [.candidate])
    #expect(verdicts.map(\.check) == DiskChecks.all.map(\.id) && verdicts.allSatisfy { $0.state == .skipped })
  }

  @Test func aTableOfMountsThatIsMissingIsUnknown() async throws {
    let host = try TestHost(Self.node)
    let plugin = DiskPlugin(host: host.host, settings: try Self.settings(""))
    let verdicts = plugin.judge(try await plugin.observe(at: TestHost.time))
    for check in ["disk.space", "disk.inodes", "disk.read-only"] as [CheckID] {
      #expect(try verdicts.of(check).state == .unknown)
    }
  }

  @Test(
    arguments: [
      ("0x01 0x02", "0x01", CheckState.ok, ""), ("0x09 0x02", "0x01", .warning, "80 to 90 %"),
      ("0x01 0x0b", "0x01", .failing, "worn out"), ("0x01 0x01", "0x02", .warning, ""),
      ("0x01 0x01", "0x03", .failing, ""),
      ("0x00 0x00", "0x00", .skipped, ""), ("rubbish", "x", .skipped, ""),
    ]) func flashTellsItsWear(life: String, reserve: String, state: CheckState, words: String) async throws
  {
    let verdict = try await verdicts(files: [
      "/sys/block/mmcblk0/device/life_time": life + "\n", "/sys/block/mmcblk0/device/pre_eol_info": reserve + "\n",
    ]).of("disk.wear")
    #expect(verdict.state == state && (words.isEmpty || verdict.summary.contains(words)), "\(verdict)")
  }

  @Test(arguments: [("live", CheckState.ok), ("dead", .failing), ("resetting", .ok)])
  func anNVMeDriveTellsWhetherItLives(word: String, state: CheckState) async throws {
    let verdict = try await verdicts(files: ["/sys/class/nvme/nvme0/state": word + "\n"]).of("disk.wear")
    #expect(verdict.state == state && !verdict.summary.contains("no wear"), "\(verdict)")
  }

  @Test func errorsThatComeAreToldFromOldOnes() async throws {
    let files = [
      "/proc/self/mountinfo": Self.root, "/sys/fs/ext4/sda1/errors_count": "2\n",
      "/sys/block/sda/device/ioerr_cnt": "0x1f\n",
      "/sys/fs/btrfs/uuid/devinfo/1/error_stats": "write_errs 0\nread_errs 0\ncorruption_errs 0\n",
    ]
    let host = try TestHost(Self.node.merging(files) { $1 })
    let plugin = DiskPlugin(host: host.host, settings: try Self.settings(""))
    let first = plugin.judge(try await plugin.observe(at: TestHost.time))
    let old = try first.of("disk.errors")
    #expect(old.subject == "sda1" && old.state == .warning && old.summary.contains("2 errors since its last fsck"))
    for (path, text) in [
      ("/sys/fs/ext4/sda1/errors_count", "5\n"), ("/sys/block/sda/device/ioerr_cnt", "0x22\n"),
      ("/sys/fs/btrfs/uuid/devinfo/1/error_stats", "write_errs 0\nread_errs 4\nnonsense\n"),
    ] { try text.write(toFile: host.directory + path, atomically: false, encoding: .utf8) }
    let second = plugin.judge(try await plugin.observe(at: TestHost.time.advanced(by: .seconds(60))))
    #expect(try second.of("disk.errors", "sda1").state == .failing)
    let commands = try second.of("disk.errors", "sda")
    #expect(commands.state == .warning && commands.summary == "sda failed 3 commands in 60 s", "\(commands)")
    #expect(try second.of("disk.errors", "uuid device 1").state == .failing)
  }
}

@Suite struct RAIDPluginTests {
  private func verdicts(_ files: [String: String]) async throws -> [Verdict] {
    let host = try TestHost(files)
    let plugin = RAIDPlugin(host: host.host)
    return plugin.judge(try await plugin.observe(at: TestHost.time))
  }

  @Test(
    arguments: [
      ("md0 : active raid1 sdb1[1] sda1[0]\n      1953 blocks super 1.2 [2/2] [UU]\n", CheckState.ok, "all its disks"),
      ("md0 : active raid1 sda1[0]\n      1953 blocks super 1.2 [2/1] [U_]\n", .failing, "only 1 of 2 disks"),
      (
        "md0 : active raid1 sdb1[2] sda1[0]\n      1953 blocks super 1.2 [2/1] [U_]\n"
          + "      [=>...........]  recovery =  5.6% (110/1953) finish=9.3min speed=6K/sec\n", .warning, "recovery 5.6%"
      ),
      ("md0 : inactive sda1[0](S)\n      1953 blocks super 1.2\n", .failing, "does not work: inactive"),
      ("md0 : active raid1 sdc1[2] sdb1[1] sda1[0](F)\n      1953 blocks super 1.2 [2/2] [UU]\n", .warning, "sda1"),
      (
        "md0 : active raid1 sdb1[1] sda1[0]\n      1953 blocks super 1.2 [2/1] [U_]\n      \tresync=DELAYED\n",
        .warning,
        "resync=DELAYED"
      ),
      (
        "md0 : active raid1 sda[1] sdb[0]\n      9 blocks super external:/md127/0 [2/2] [UU]\n\n"
          + "md127 : inactive sda[1](S) sdb[0](S)\n      5288 blocks super external:imsm\n", .ok, "all its disks"
      ),
      ("md0 : active (auto-read-only) raid1 sdb1[1] sda1[0]\n      1953 blocks [2/2] [UU]\n", .ok, "all its disks"),
      (
        "md0 : active raid5 sda[0]\n      9 blocks [3/3] [UUU]\n      [>....]  check =  1.0% (1/9) finish=1min\n", .ok,
        "all its disks"
      ),
    ]) func arraysOfTheKernel(text: String, state: CheckState, words: String) async throws
  {
    let table = "Personalities : [raid1]\n\(text)\nunused devices: <none>\n"
    let verdict = try await verdicts(["/proc/mdstat": table]).of("raid.state")
    #expect(
      verdict.subject == "md0" && verdict.state == state && (words.isEmpty || verdict.summary.contains(words)),
      "\(verdict)")
  }

  @Test(arguments: [("ONLINE", CheckState.ok), ("DEGRADED", .failing), ("SUSPENDED", .failing), ("", .failing)])
  func poolsOfZFS(word: String, state: CheckState) async throws {
    let verdict = try await verdicts(["/proc/spl/kstat/zfs/tank/state": word + "\n"]).of("raid.state")
    #expect(verdict.subject == "pool tank" && verdict.state == state, "\(verdict)")
  }

  @Test(
    arguments: [
      (["0", "0"], "", CheckState.ok, "all its disks"), (["0", "1"], "none\n", .failing, "has only 1 of 2 disks"),
      (["0", "1", "0"], "device replace\n", .warning, "is being repaired: device replace"),
      (["0", "1"], "resize\n", .failing, "btrfs 4c0b"),
    ]) func volumesOfBtrfs(missing: [String], operation: String, state: CheckState, words: String) async throws
  {
    var files = ["/sys/fs/btrfs/4c0b/exclusive_operation": operation, "/sys/fs/btrfs/features/raid56": "0\n"]
    for (index, word) in missing.enumerated() { files["/sys/fs/btrfs/4c0b/devinfo/\(index + 1)/missing"] = word + "\n" }
    // The new disk of a replacement.
    files["/sys/fs/btrfs/4c0b/devinfo/0/missing"] = "0\n"
    let verdict = try await verdicts(files).of("raid.state")
    #expect(verdict.subject == "btrfs 4c0b" && verdict.state == state && verdict.summary.contains(words), "\(verdict)")
    #expect(verdict.remedy?.contains("mdadm") != true)
  }

  /// One disk is no array, and before Linux 5.6 nothing tells.
  /// What cannot be seen of one kind hides nothing of another, and is not called whole.
  @Test func btrfsThatCannotBeSeenIsUnknownBesideTheKernelsArrays() async throws {
    let files = [
      "/proc/mdstat": "Personalities : [raid1]\nmd0 : active raid1 sdb1[1] sda1[0]\n      9 blocks [2/1] [U_]\n",
      // A directory where a file should be: it cannot be read.
      "/sys/fs/btrfs/u/devinfo/1/missing/x": "",
    ]
    let found = try await verdicts(files).filter { $0.check == "raid.state" }
    #expect(found.map(\.state) == [.failing, .unknown], "\(found)")
  }

  @Test func btrfsOnOneDiskIsNoArray() async throws {
    let files = ["/sys/fs/btrfs/u/devinfo/1/missing": "0\n", "/sys/fs/btrfs/v/devinfo/1/error_stats": "write_errs 0\n"]
    #expect(try await verdicts(files).of("raid.state").state == .skipped)
  }

  @Test(arguments: ["", "Personalities : \nunused devices: <none>\n", "rubbish [2/1]\n", "md0\n"])
  func withoutArraysThereIsNothingToJudge(text: String) async throws {
    #expect(try await verdicts(["/proc/mdstat": text]).of("raid.state").state == .skipped)
  }
}

@Suite struct NFSServerPluginTests {
  private static let root = "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"

  private func verdict(
    _ files: [String: String], links: [String: String] = [:], roles: Set<Role> = [.storage]
  ) async throws -> Verdict {
    let contents = [
      "/proc/self/mountinfo": Self.root, "/etc/exports": "/srv 192.0.2.0/24(rw)\n", "/srv/x": "",
      "/proc/1/comm": "init\n",
    ]
    let host = try TestHost(contents.merging(files) { $1 }, links: links, roles: roles)
    let plugin = NFSServerPlugin(host: host.host)
    return try plugin.judge(try await plugin.observe(at: TestHost.time)).of("nfs-server.exports")
  }

  private static func threads(_ states: String) -> [String: String] {
    var files = ["/var/lib/nfs/etab": "/srv\t192.0.2.0/24(rw,sync)\n"]
    for (index, state) in states.enumerated() {
      files["/proc/\(500 + index)/comm"] = "nfsd\n"
      files["/proc/\(500 + index)/stat"] =
        "\(500 + index) (nfsd) \(state) 2 0 0 0 -1 1 1 0 0 0 0 0 0 0 20 0 1 0 100 0 0 0\n"
    }
    return files
  }

  @Test(
    arguments: [
      ("SSDI", CheckState.ok, "1 directory is exported"), ("DDRD", .warning, "all 4 nfsd threads are busy"),
      ("", .failing, "no nfsd thread runs"),
    ]) func theKernelsThreadsServe(states: String, state: CheckState, words: String) async throws
  {
    let verdict = try await verdict(Self.threads(states))
    #expect(verdict.state == state && (words.isEmpty || verdict.summary.contains(words)), "\(verdict)")
  }

  @Test func aDirectoryThatIsMissingOrNotToldIsAFault() async throws {
    let missing = try await verdict(["/etc/exports": "/nowhere *(rw)\n/srv *(rw)\n"])
    #expect(missing.state == .failing && missing.summary == "/nowhere is exported and does not exist", "\(missing)")
    let untold = try await verdict(Self.threads("S").merging(["/var/lib/nfs/etab": "/other\t*(rw)\n"]) { $1 })
    #expect(untold.state == .failing && untold.summary.contains("is not exported"), "\(untold)")
  }

  @Test func anExportWhoseDiskIsNotMountedShowsAnEmptyDirectory() async throws {
    let fstab = ["/etc/fstab": "# x\n/dev/sda1 / ext4 defaults 0 1\n/dev/md0 /srv ext4 defaults 0 2\n"]
    let unmounted = try await verdict(fstab)
    #expect(unmounted.state == .failing && unmounted.summary.contains("/srv is not mounted"), "\(unmounted)")
    let mounted = ["/proc/self/mountinfo": Self.root + "2 1 9:0 / /srv rw - ext4 /dev/md0 rw\n"]
    #expect(try await verdict(fstab.merging(mounted) { $1 }).state == .ok)
  }

  @Test func pathsAreComparedAsTheyAreMeant() async throws {
    let told = Self.threads("S").merging(["/var/lib/nfs/etab": "/mnt/a\\040b\t*(rw)\n", "/mnt/a b/x": ""]) { $1 }
    let quoted = try await verdict(told.merging(["/etc/exports": "\"/mnt/a b\" *(rw)\n"]) { $1 })
    #expect(quoted.state == .ok, "\(quoted)")
    let mounted = [
      "/etc/fstab": "/dev/md0 /srv/ ext4 defaults 0 2\n",
      "/proc/self/mountinfo": Self.root + "2 1 9:0 / /srv rw - ext4 /dev/md0 rw\n",
    ]
    // exportfs tells the kernel where a link leads.
    let behindLink = told.merging(["/etc/exports": "/exports *(rw)\n", "/var/lib/nfs/etab": "/srv\t*(rw)\n"]) { $1 }
    let linked = try await verdict(behindLink, links: ["/exports": "/srv"])
    #expect(linked.state == .ok, "\(linked)")
    let slash = try await verdict(Self.threads("S").merging(mounted) { $1 })
    #expect(slash.state == .ok, "\(slash)")
  }

  /// What is mounted is there, whatever it is; what lies below was there when exportfs told the kernel.
  @Test(arguments: [
    ("fuse.mergerfs mergerfs", "/srv", CheckState.ok), ("autofs systemd-1", "/srv", .ok),
    ("nfs4 192.0.2.1:/", "/srv", .ok),
    ("fuse.mergerfs mergerfs", "/srv/k8s", .ok), ("fuse.mergerfs mergerfs", "/srv/new", .unknown),
    ("fuse.mergerfs mergerfs", "/srv/other", .failing),
  ]) func exportsOfFileSystemsThatAreNotTouched(type: String, path: String, state: CheckState) async throws {
    let files = Self.threads("S").merging([
      "/proc/self/mountinfo": Self.root + "2 1 0:52 / /srv rw - \(type) rw\n", "/etc/exports": "\(path)/ *(rw)\n",
      "/var/lib/nfs/etab": "/srv\t*(rw)\n/srv/k8s\t*(rw)\n/srv/other\t*(rw)\n",
      "/etc/fstab": "/mnt/* /srv fuse.mergerfs defaults 0 0\n/dev/sdc1 /srv/other ext4 defaults 0 0\n",
    ]) { $1 }
    let verdict = try await verdict(files)
    #expect(verdict.state == state, "\(verdict)")
  }

  @Test(arguments: [
    ("/srv 192.0.2.0/24 (rw)", CheckState.warning), ("/srv 192.0.2.0/24(rw) 192.0.2.9 (rw,sync)", .warning),
    ("/srv \\\n 192.0.2.0/24\t(rw)", .warning), ("/srv -sync,rw 192.0.2.0/24", .ok), ("/srv (ro)", .ok),
    ("/srv 192.0.2.0/24(rw) 192.0.2.9(ro) # host (rw)", .ok), ("/srv *(rw)", .ok), ("\"/srv\" host (rw)", .warning),
    ("/srv -sync (rw)", .ok),
  ]) func aBlankBeforeOptionsGivesThemToEverybody(line: String, state: CheckState) async throws {
    let verdict = try await verdict(["/etc/exports": line + "\n"])
    #expect(verdict.state == state && verdict.summary.contains("everybody") == (state == .warning), "\(verdict)")
  }

  @Test(arguments: [
    ("/srv *(rw,mountpoint)", "/srv", CheckState.ok), ("/srv *(rw,mountpoint)", "/opt", .failing),
    ("/srv *(rw,mp=/srv/)", "/srv", .ok), ("/srv/x *(rw,mp=/srv)", "/opt", .failing),
    ("/srv *(sec=sys,mp,rw)", "/opt", .failing),
    ("/srv *(rw)", "/opt", .ok),
  ]) func whatMustBeMountedIs(line: String, point: String, state: CheckState) async throws {
    let verdict = try await verdict([
      "/etc/exports": line + "\n", "/proc/self/mountinfo": Self.root + "2 1 0:40 / \(point) rw - zfs tank/srv rw\n",
    ])
    #expect(verdict.state == state, "\(verdict)")
  }

  @Test func moreThreadsAreMoreThanThereAre() async throws {
    let busy = try await verdict(Self.threads(String(repeating: "D", count: 20)))
    #expect(busy.remedy?.contains("rpc.nfsd 40") == true && busy.remedy?.contains("restart") == false, "\(busy)")
  }

  @Test func aRecordingHoldsNothingOfOtherDisks() async throws {
    let mounted = ["/proc/self/mountinfo": Self.root + "2 1 9:0 / /srv rw - ext4 /dev/md0 rw\n"]
    let files = mounted.merging(["/etc/exports": "/srv/k8s *(rw)\n"]) { $1 }
    #expect(try await verdict(files).state == .ok)
    #expect(try await verdict(["/etc/exports": "/opt/k8s *(rw)\n"]).state == .failing)
  }

  @Test func aHostThatExportsNothingIsNotJudged() async throws {
    #expect(try await verdict([:], roles: [.worker]).state == .skipped)
  }
}
