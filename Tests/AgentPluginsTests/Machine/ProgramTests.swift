import AgentCore
import Testing

@testable import AgentPlugins

@Suite("Programs that Kubernetes calls")
struct ProgramTests {
  private static let nfsMount = "40 22 0:50 / /srv rw - nfs4 192.168.9.5:/srv rw\n"
  private static let csiMount =
    "41 22 0:51 / /var/lib/kubelet/pods/u/volumes/kubernetes.io~csi/pv/mount rw shared:1 - nfs4 192.168.9.5:/x rw\n"
  private static let treeMount =
    "42 22 0:52 / /var/lib/kubelet/pods/u/volumes/kubernetes.io~nfs/pv rw shared:1 master:2 - nfs 192.168.9.5:/x rw\n"

  private func verdict(
    _ subject: String, _ changes: [String: String?] = [:], base: [String: String] = MachineHost.worker,
    links: [String: String] = [:], forbidden: [String] = [], cluster: String = ""
  ) async throws -> Verdict {
    try await MachineHost.verdict(
      "machine.binaries", subject: subject, base, changes, links: links, forbidden: forbidden, cluster: cluster)
  }

  @Test("what is there is shown with its path, also through links")
  func found() async throws {
    #expect(try await verdict("conntrack").summary == "/usr/sbin/conntrack")
    let linked = try await verdict(
      "iptables", ["/usr/sbin/iptables": nil, "/usr/sbin/xtables-nft-multi": ""],
      links: [
        "/usr/sbin/iptables": "/etc/alternatives/iptables", "/etc/alternatives/iptables": "/usr/sbin/xtables-nft-multi",
      ])
    #expect(linked.state == .ok)
    #expect(linked.evidence == [Evidence("/usr/sbin/iptables", "a file")])
    let dangling = try await verdict("iptables", ["/usr/sbin/iptables": nil], links: ["/usr/sbin/iptables": "/nowhere"])
    #expect(dangling.state == .warning)
    #expect(try await verdict("conntrack", ["/usr/sbin/conntrack": nil, "/usr/sbin/conntrack/": ""]).state == .warning)
  }

  @Test(
    "conntrack is wanted before 1.32 only",
    arguments: [
      ("1.31.2-1.1", .warning), ("1.28.0-1.1", .warning), ("1.32.0-1.1", .skipped), ("1.34.1-1.1", .skipped),
      (nil, .warning),
    ] as [(String?, CheckState)])
  func conntrack(version: String?, state: CheckState) async throws {
    let status = version.map { "Package: kubelet\nStatus: install ok installed\nVersion: \($0)\n" } ?? ""
    let changes = ["/usr/sbin/conntrack": nil, "/var/lib/dpkg/status": status]
    let missing = try await verdict("conntrack", changes)
    #expect(missing.state == state)
    #expect(missing.remedy == (state == .warning ? "apt-get install --yes conntrack" : nil))
    #expect(try await verdict("conntrack", ["/var/lib/dpkg/status": status]).state == .ok)
    let hidden = try await verdict("conntrack", ["/var/lib/dpkg/status": status], forbidden: ["/usr/sbin"])
    #expect(hidden.state == (state == .skipped ? .skipped : .unknown))
  }

  @Test("iptables or nft: a node that has joined does with either, one that is to join needs iptables")
  func iptables() async throws {
    let neither = try await verdict("iptables", ["/usr/sbin/iptables": nil])
    #expect(neither.state == .warning)
    #expect(neither.summary.hasPrefix("neither iptables nor nft"))
    #expect(
      neither.evidence == [
        Evidence("PATH of kubelet.service", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
      ])
    let nft: [String: String?] = ["/usr/sbin/iptables": nil, "/usr/sbin/nft": ""]
    #expect(try await verdict("iptables", nft).state == .ok)
    let candidate = try await verdict("iptables", nft, base: MachineHost.bare)
    #expect(candidate.state == .warning)
    #expect(candidate.summary == "only nft is there: kubeadm's preflight ends with an error without iptables")
    #expect(try await verdict("iptables", nft, forbidden: ["/usr/sbin/nft"]).state == .unknown)
  }

  @Test(
    "the package has another name in each family",
    arguments: [
      ("ID=debian\n", "apt-get install --yes iptables"),
      ("ID=raspbian\nID_LIKE=debian\n", "apt-get install --yes iptables"),
      ("ID=\"centos\"\nID_LIKE=\"rhel fedora\"\n", "dnf install --assumeyes iptables-nft"),
      ("ID=fedora\n", "dnf install --assumeyes iptables-nft"), ("ID=arch\n", "install the package that has iptables"),
      (nil, "install the package that has iptables"),
    ] as [(String?, String)])
  func packages(release: String?, remedy: String) async throws {
    let changes = ["/usr/sbin/iptables": nil, "/etc/os-release": release]
    #expect(try await verdict("iptables", changes).remedy == remedy)
  }

  @Test("the unit's own PATH is searched, and nothing relative")
  func path() async throws {
    let unit = "[Service]\nEnvironment=PATH=/opt/bin:bin::/usr/bin\nExecStart=/usr/bin/kubelet\n"
    let changes: [String: String?] = ["/usr/lib/systemd/system/kubelet.service": unit]
    #expect(try await verdict("conntrack", changes).state == .warning)
    let found = try await verdict("conntrack", changes.merging(["/opt/bin/conntrack": ""]) { $1 })
    #expect(found.summary == "/opt/bin/conntrack")
    #expect(
      try await verdict("conntrack", ["/usr/sbin/conntrack": nil, "/sbin/conntrack": ""]).summary == "/sbin/conntrack")
  }

  @Test("mount.nfs is wanted where this host mounts NFS itself")
  func mountNFS() async throws {
    let without = try await verdict("mount.nfs")
    #expect(without.state == .skipped)
    #expect(without.summary == "no NFS is mounted here, and cluster.storage.nfs names none")
    let driver = try await verdict("mount.nfs", ["/proc/self/mountinfo": Self.csiMount])
    #expect(driver.state == .skipped)
    #expect(driver.summary == "only a CSI driver mounts NFS here, and it has its own")
    for table in [Self.nfsMount, Self.treeMount, Self.csiMount + Self.nfsMount] {
      let missing = try await verdict("mount.nfs", ["/proc/self/mountinfo": table])
      #expect(missing.state == .warning)
      #expect(missing.remedy == "apt-get install --yes nfs-common")
      let present = try await verdict("mount.nfs", ["/proc/self/mountinfo": table, "/sbin/mount.nfs": ""])
      #expect(present.summary == "/sbin/mount.nfs")
    }
    #expect(
      try await verdict("mount.nfs", ["/proc/self/mountinfo": Self.nfsMount, "/opt/bin/mount.nfs": ""]).state
        == .warning)
  }

  @Test("a configured export counts, unless a driver is seen to mount it")
  func configuredNFS() async throws {
    let cluster = "storage: {nfs: [{server: 192.168.100.171, export: /mnt/server}]}\n"
    let missing = try await verdict("mount.nfs", cluster: cluster)
    #expect(missing.state == .warning)
    #expect(
      missing.summary
        == "/sbin/mount.nfs is missing, and NFS is used (cluster.storage.nfs names 192.168.100.171:/mnt/server): "
        + "this host cannot mount it")
    #expect(try await verdict("mount.nfs", ["/proc/self/mountinfo": Self.csiMount], cluster: cluster).state == .skipped)
    #expect(try await verdict("mount.nfs", forbidden: ["/proc/self/mountinfo"], cluster: cluster).state == .warning)
  }

  @Test("what cannot be looked for is unknown")
  func hidden() async throws {
    let conntrack = try await verdict("conntrack", forbidden: ["/usr/sbin"])
    #expect(conntrack.state == .unknown)
    #expect(conntrack.summary == "/usr/sbin/conntrack: permission denied")
    let table = try await verdict("mount.nfs", forbidden: ["/proc/self/mountinfo"])
    #expect(table.state == .unknown)
    #expect(table.summary == "whether NFS is used cannot be seen: /proc/self/mountinfo: permission denied")
    let helper = try await verdict(
      "mount.nfs", ["/proc/self/mountinfo": Self.nfsMount], forbidden: ["/sbin", "/usr/sbin/mount.nfs"])
    #expect(helper.state == .unknown)
  }

  @Test("a recorded host without the directories does not lack the programs")
  func unrecorded() async throws {
    let gone: [String: String?] = ["/usr/sbin/iptables": nil, "/usr/sbin/conntrack": nil, "/usr/bin/x": ""]
    for subject in ["conntrack", "iptables"] {
      let verdict = try await verdict(subject, gone)
      #expect(verdict.state == .unknown)
      #expect(
        verdict.summary == "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin: no such file")
    }
    let unit = "[Service]\nEnvironment=PATH=/usr/bin\nExecStart=/usr/bin/kubelet\n"
    let own = try await verdict("conntrack", gone.merging(["/usr/lib/systemd/system/kubelet.service": unit]) { $1 })
    #expect(own.state == .warning)
  }

  @Test("lines of mountinfo that are none are passed over")
  func mountinfo() throws {
    let table = "short\n\n1 2 3 4\n1 2 0:3 / -\n1 2 0:3 / /a rw -\n- nfs\n1 2 0:3 / /n rw - nfsd x rw\n" + Self.nfsMount
    let host = try TestHost(["/proc/self/mountinfo": table])
    #expect(try ProgramFacts.mountPoints(host.files) == ["/srv"])
  }
}
