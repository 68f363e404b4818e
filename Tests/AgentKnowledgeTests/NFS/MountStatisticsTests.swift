import AgentTesting
import Testing

@testable import AgentHost
@testable import AgentKnowledge

@Suite("The kernel's counters of NFS") struct MountStatisticsTests {
  private static let mounts = """
    1 0 8:1 / / rw - ext4 /dev/sda1 rw
    40 1 0:52 / /mnt/a rw - nfs4 192.0.2.1:/srv/a rw,addr=192.0.2.1
    41 1 0:52 / /mnt/b\\040c rw - nfs4 192.0.2.1:/srv/b rw,addr=192.0.2.1
    42 1 0:53 / /mnt/old rw - nfs 192.0.2.2:/old rw,vers=3,proto=udp,addr=192.0.2.2

    """

  /// As Linux 6.1 writes it.
  static func block(_ source: String, _ point: String, version: String = "1.1", transport: String) -> String {
    """
    device \(source) mounted on \(point) with fstype nfs4 statvers=\(version)
    \topts:\trw,vers=4.2,rsize=1048576,hard,proto=tcp,timeo=600,retrans=2,sec=sys,local_lock=none
    \tage:\t3600
    \timpl_id:\tname='',domain='',date='0,0'
    \tcaps:\tcaps=0xfffbc0bf,wtmult=512,dtsize=1048576,bsize=0,namlen=255
    \tnfsv4:\tbm0=0xfdffbfff,bm1=0xf9be3e,bm2=0x68800,acl=0x3,sessions,pnfs=not configured,lease_time=90,lease_expired=0
    \tsec:\tflavor=1,pseudoflavor=1
    \tevents:\t1 2 3 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
    \tbytes:\t0 0 0 0 0 0 0 0
    \tRPC iostats version: 1.1  p/v: 100003/4 (nfs)
    \txprt:\t\(transport)
    \tper-op statistics
    \t        NULL: 1 1 0 44 24 0 0 0 0
    \t        READ: 100 103 2 12800 409600 5 20 30 0
    \t  FROBNICATE: 7 8 1 1 1 1 1 1 1
    \t       short: 9


    """
  }

  private static let tcp = "tcp 875 1 2 0 11 1040 1036 3 1048 0 2 5 4"
  private static let a = block("192.0.2.1:/srv/a", "/mnt/a", transport: tcp)
  private static let b = block("192.0.2.1:/srv/b", "/mnt/b\\040c", transport: tcp)
  private static let old = block("192.0.2.2:/old", "/mnt/old", version: "1.0", transport: "udp 900 1 50 48 1 0 0")
    .replacing("fstype nfs4", with: "fstype nfs")
  private static let other = "device tmpfs mounted on /tmp with fstype tmpfs\nno device mounted on /x with fstype y\n"

  private func counters(_ text: String, at path: String = "proc/1") throws -> NFSCounters {
    let tree = try TemporaryTree(["proc/1/mountinfo": Self.mounts, "\(path)/mountstats": text])
    let files = HostFiles(root: try HostRoot(tree.path, mode: .recorded))
    return NFSCounters(of: try NFSMounts.read(files), reading: files)
  }

  @Test("every file system is counted once, whatever the number of its mount points")
  func once() throws {
    let counters = try counters(Self.other + Self.a + Self.b + Self.old)
    let first = NFSStatistics(
      age: 3600, transports: [.init(sends: 1040, receives: 1036)], requests: 108,
      transmissions: 112, timeouts: 3)
    var second = first
    second.transports = [.init(sends: 50, receives: 48)]
    #expect(
      counters == .known([DeviceNumber(major: 0, minor: 52): first, DeviceNumber(major: 0, minor: 53): second]))
    #expect(first.retransmissions == 4 && first.sends == 1040)
  }

  @Test("an escaped mount point is found, and the agent's own table serves where the other is denied")
  func alternatives() throws {
    #expect(try counters(Self.b)[DeviceNumber(major: 0, minor: 52)]?.requests == 108)
    #expect(try counters(Self.b, at: "proc/self")[DeviceNumber(major: 0, minor: 52)]?.requests == 108)
  }

  @Test("what comes after the last wanted file system is not read")
  func early() {
    let device = DeviceNumber(major: 0, minor: 52)
    let key = MountStatisticsParser.Key(point: MountPath("/mnt/a"), source: MountPath("192.0.2.1:/srv/a"))
    var parser = MountStatisticsParser(wanted: [key: device], count: 1)
    let (first, second) = (parser.take(Array(Self.a.utf8)), parser.take(Array(Self.b.utf8)))
    #expect(first && !second)
    #expect(parser.found[device]?.requests == 108)
  }

  @Test("pieces may be cut anywhere", arguments: [1, 2, 7, 64, 1000])
  func pieces(size: Int) throws {
    let devices = [
      MountStatisticsParser.Key(point: MountPath("/mnt/a"), source: MountPath("192.0.2.1:/srv/a")): DeviceNumber(
        major: 0, minor: 52),
      MountStatisticsParser.Key(point: MountPath("/mnt/old"), source: MountPath("192.0.2.2:/old")): DeviceNumber(
        major: 0, minor: 53),
    ]
    var parser = MountStatisticsParser(wanted: devices, count: 2)
    var rest = Array((Self.other + Self.a + Self.old).utf8)[...]
    while !rest.isEmpty, parser.take(Array(rest.prefix(size))) { rest = rest.dropFirst(size) }
    parser.finish()
    #expect(parser.found.count == 2)
    #expect(parser.found[DeviceNumber(major: 0, minor: 52)]?.sends == 1040)
  }

  @Test(
    "the counters of each transport stand in their own places",
    arguments: [
      "tcp 875 1 2 0 11 30 20 1 0 0", "rdma 0 1 2 0 11 30 20 1 0 0 9 9 9 9", "udp 875 1 30 20 1 0 0",
      "local 1 2 0 11 30 20 1 0 0",
    ])
  func transports(text: String) throws {
    let counters = try counters(Self.block("192.0.2.1:/srv/a", "/mnt/a", transport: text))
    #expect(counters[DeviceNumber(major: 0, minor: 52)]?.transports == [.init(sends: 30, receives: 20)])
  }

  @Test(
    "formats, transports and lines that are not known give no numbers and no harm",
    arguments: [
      Self.block("192.0.2.1:/srv/a", "/mnt/a", version: "9.9", transport: Self.tcp), "", "device", "device x",
      "device 192.0.2.1:/srv/a mounted on /mnt/a\\04 with fstype nfs4 statvers=1.1\n",
      String(repeating: "x", count: 1 << 20), "\txprt:\ttcp 1 2 3\n",
    ])
  func unknown(text: String) throws { #expect(try counters(text) == .known([:])) }

  @Test("a transport without all its numbers is left out")
  func cutTransport() throws {
    let text = Self.block("192.0.2.1:/srv/a", "/mnt/a", transport: "tcp 875 1 2 0 11 30")
    #expect(try counters(text)[DeviceNumber(major: 0, minor: 52)]?.transports == [])
  }

  @Test("a table that cannot be read is no zero")
  func missing() throws {
    let tree = try TemporaryTree(["proc/1/mountinfo": Self.mounts])
    let files = HostFiles(root: try HostRoot(tree.path, mode: .recorded))
    #expect(
      NFSCounters(of: try NFSMounts.read(files), reading: files)
        == .unreadable(FileError("/proc/1/mountstats", .notFound)))
  }

  @Test("errors of reads, writes and attributes count, those of names that are not there do not")
  func errors() throws {
    let lines = [
      "READ: 9 9 0 1 1 1 1 1 2", "WRITE: 9 9 0 1 1 1 1 1 3", "GETATTR: 9 9 0 1 1 1 1 1 4", "COMMIT: 9 9 0 1 1 1 1 1 5",
    ]
    let others = ["LOOKUP: 9 9 0 1 1 1 1 1 7", "READDIR: 9 9 0 1 1 1 1 1 7", "WRITE: 9 9 0 1 1 1"]
    let text = Self.a.replacing(
      "\t  FROBNICATE", with: (lines + others).map { "\t        \($0)\n" }.joined() + "\t  FROBNICATE")
    #expect(try counters(text)[DeviceNumber(major: 0, minor: 52)]?.errors == 14)
  }

  @Test("the table of mounts is parsed anew only when it changed")
  func keptTable() throws {
    let tree = try TemporaryTree(["proc/1/mountinfo": Self.mounts])
    let files = HostFiles(root: try HostRoot(tree.path, mode: .recorded))
    let first = try NFSMounts.read(files)
    #expect(first.systems.count == 2)
    // What is given back is what was given, not what stands there.
    #expect(try NFSMounts.read(files, after: first).digest == first.digest)
    try tree.write("proc/1/mountinfo", Self.mounts.replacing("/mnt/old", with: "/mnt/new"))
    let second = try NFSMounts.read(files, after: first)
    #expect(second.digest != first.digest && second.systems.last?.place == MountPath("/mnt/new"))
  }
}
