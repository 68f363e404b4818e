import AgentTesting
import Testing

@testable import AgentHost
@testable import AgentKnowledge

@Suite("The table of mounts") struct MountTableTests {
  private func table(_ lines: String...) -> MountTable { MountTable(Array(lines.joined(separator: "\n").utf8)) }

  @Test("a line is read whole, with any number of optional fields")
  func fields() throws {
    let table = table(
      "36 35 98:0 /mnt1 /mnt2 rw,noatime shared:1 master:2 - ext3 /dev/root rw,errors=continue",
      "37 35 0:52 / /data rw - nfs4 192.0.2.1:/srv rw,vers=4.2,proto=tcp,addr=192.0.2.1")
    #expect(table.malformedLines == 0)
    let bind = try #require(table.mounts.first)
    #expect(bind.id == 36 && bind.parent == 35 && bind.device == DeviceNumber(major: 98, minor: 0))
    #expect(bind.root.utf8 == "/mnt1" && bind.point.utf8 == "/mnt2" && bind.type == "ext3")
    #expect(bind.source.utf8 == "/dev/root" && bind.options.has("noatime"))
    #expect(bind.superOptions["errors"] == "continue" && !bind.superOptions.has("errors"))
    let nfs = try #require(table.mounts.last)
    #expect(nfs.isNFS && !nfs.isLocal && nfs.superOptions["addr"] == "192.0.2.1")
  }

  @Test("octal escapes, newlines and bytes that are no UTF-8 are what the kernel meant")
  func escapes() throws {
    var line = Array("36 35 8:1 / /a\\040b\\134c\\012d".utf8)
    line += [0xFF] + Array(" rw - ext4 /dev/sda1 rw".utf8)
    let mount = try #require(MountTable(line).mounts.first)
    #expect(mount.point.bytes == Array("/a b\\c\nd".utf8) + [0xFF])
    #expect(mount.point.utf8 == nil && !mount.point.shown.contains("\n"))
    #expect(mount.point != MountPath("/a b\\c\nd\u{FFFD}"))
  }

  @Test("an empty source leaves two blanks and is no mistake")
  func emptySource() { #expect(table("36 35 0:9 / /t rw -  tmpfs  rw").mounts.isEmpty) }

  @Test("a source that is empty is read")
  func noSource() throws {
    let mount = try #require(table("36 35 0:9 / /t rw - tmpfs  rw,size=1k").mounts.first)
    #expect(mount.source.utf8 == "" && mount.superOptions["size"] == "1k")
  }

  @Test(
    "lines that are cut or none are counted and passed over",
    arguments: [
      "36 35 98:0 /mnt1 /mnt2 rw", "36 35 98:0 / /x rw - ext3", "36 35 98:0 / /x rw - ext3 /dev/root", "x", "36",
      "36 35 98 / /x rw - ext3 /dev/root rw", "36 35 98:0 / /x\\04 rw - ext3 /dev/root rw",
      "36 35 98:0 / /x\\ rw - ext3 /dev/root rw", "36 35 98:0 / /x\\777 rw - ext3 /dev/root rw",
      "-1 35 98:0 / /x rw - ext3 /dev/root rw", "99999999999999999999 35 98:0 / /x rw - ext3 /dev/root rw",
      "36 35 4294967296:0 / /x rw - ext3 /dev/root rw",
    ]) func malformed(line: String)
  {
    let table = table(line, "37 35 8:1 / /good rw - ext4 /dev/sda1 rw")
    #expect(table.mounts.map(\.point.utf8) == ["/good"])
    #expect(table.malformedLines == 1)
  }

  @Test("ten thousand mounts and more than one MiB are read whole")
  func large() {
    let lines = (0..<10_000).map {
      "\($0 + 10) 1 0:52 / /var/lib/kubelet/pods/\($0)-aaaaaaaa-bbbb-cccc/volumes/kubernetes.io~csi/pvc-\($0)/mount rw"
        + " shared:1 - nfs4 192.0.2.1:/srv/pvc-\($0) rw,vers=4.2,addr=192.0.2.1"
    }
    let text = Array(lines.joined(separator: "\n").utf8)
    #expect(text.count > 1 << 20)
    let systems = NFSFileSystem.all(in: MountTable(text))
    #expect(systems.count == 1 && systems.first?.points.count == 10_000)
    #expect(systems.first?.export == "/srv")
  }

  @Test("what is mounted over is not reached, and what lies below it neither")
  func overmounted() {
    let table = table(
      "1 0 8:1 / / rw - ext4 /dev/sda1 rw", "2 1 0:50 / /mnt/a rw - nfs4 s:/a rw",
      "3 1 0:51 / /mnt/b rw - nfs4 s:/b rw",
      "4 3 0:52 / /mnt/b rw - tmpfs t rw", "5 1 0:53 / /mnt/c/d rw - nfs4 s:/d rw", "6 1 0:54 / /mnt/c rw - tmpfs t rw",
      "7 5 0:55 / /mnt/c/d/e rw - nfs4 s:/e rw", "8 1 0:56 / /mnt/gone//deleted rw - nfs4 s:/f rw")
    let reachable = table.mounts.filter { table.isReachable($0) }.map(\.id)
    #expect(reachable == [1, 2, 4, 6])
    #expect(table.mount(containing: MountPath("/mnt/b/x"))?.id == 4)
    #expect(table.mount(containing: MountPath("/mnt/c/d/x"))?.id == 6)
    #expect(table.mount(containing: MountPath("/mnt/ab"))?.id == 1)
  }

  @Test("a table that goes round in circles ends")
  func circle() {
    let table = table("2 3 0:50 / /a rw - nfs4 s:/a rw", "3 2 0:51 / /b rw - nfs4 s:/b rw")
    #expect(table.mounts.allSatisfy { !table.isReachable($0) })
  }

  @Test("the first process's table counts before the agent's own")
  func whose() throws {
    let tree = try TemporaryTree([
      "proc/1/mountinfo": "2 1 8:1 / /host rw - ext4 /dev/sda1 rw\n",
      "proc/self/mountinfo": "2 1 8:1 / /own rw - ext4 /dev/sda1 rw\n",
    ])
    let files = HostFiles(root: try HostRoot(tree.path, mode: .recorded))
    #expect(try MountTable(reading: files).mounts.first?.point.utf8 == "/host")
    try tree.remove("proc/1")
    #expect(try MountTable(reading: files).mounts.first?.point.utf8 == "/own")
    try tree.remove("proc/self")
    #expect(throws: FileError("/proc/self/mountinfo", .notFound)) { try MountTable(reading: files) }
  }

  @Test("the machine's own table is read without a mistake")
  func own() throws {
    let table = try MountTable(reading: HostFiles(root: try HostRoot("/", mode: .live)))
    #expect(table.malformedLines == 0)
    #expect(table.mount(containing: MountPath("/proc/self"))?.type == "proc")
  }
}

@Suite("Paths on local file systems") struct LocalPathsTests {
  private static let mounts = """
    1 0 8:1 / / rw - ext4 /dev/sda1 rw
    2 1 0:50 / /mnt/nas rw - nfs4 192.0.2.1:/srv rw
    3 1 0:51 / /mnt/fuse rw - fuse.sshfs host: rw
    4 1 0:52 / /mnt/auto rw - autofs systemd-1 rw
    5 2 8:3 / /mnt/nas/disk rw - ext4 /dev/sdc1 rw
    """

  private func resolve(_ path: String, links: [String: String] = [:]) throws -> Result<String, LocalPaths.Refusal> {
    let tree = try TemporaryTree(["var/log/pods/x": "", "mnt/nas/secret": ""])
    for (name, target) in links { try tree.link(name, to: target) }
    let files = HostFiles(root: try HostRoot(tree.path, mode: .recorded))
    let paths = LocalPaths(MountTable(Array(Self.mounts.utf8)), files: files)
    return Result { () throws(LocalPaths.Refusal) in try paths.resolve(path) }
  }

  @Test("a path on the host's own disk is itself, there or not")
  func local() throws {
    #expect(try resolve("/var/log/pods") == .success("/var/log/pods"))
    #expect(try resolve("/var/./log/../none") == .success("/var/none"))
  }

  @Test(
    "nothing on NFS, FUSE or an automounter is touched, also by way of links",
    arguments: [
      ("/mnt/nas", "/mnt/nas", "nfs4"), ("/mnt/nas/a/b", "/mnt/nas", "nfs4"),
      ("/mnt/fuse/x", "/mnt/fuse", "fuse.sshfs"),
      ("/mnt/auto/x", "/mnt/auto", "autofs"), ("/logs/x", "/mnt/nas", "nfs4"), ("/var/up/x", "/mnt/nas", "nfs4"),
      ("/mnt/nas/disk/x", "/mnt/nas", "nfs4"),
    ])
  func foreign(path: String, point: String, type: String) throws {
    let links = ["logs": "/var/here", "var/here": "/mnt/nas/logs", "var/up": "../mnt/nas"]
    #expect(try resolve(path, links: links) == .failure(.foreign(point: point, type: type)))
  }

  @Test("links that stay are followed, and a circle ends")
  func links() throws {
    #expect(try resolve("/logs/x", links: ["logs": "var/log"]) == .success("/var/log/x"))
    #expect(
      try resolve("/a", links: ["a": "b", "b": "a"]) == .failure(.unreadable(FileError("/a", .badLink))))
  }
}
