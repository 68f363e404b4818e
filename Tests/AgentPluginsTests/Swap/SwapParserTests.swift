import AgentText
import AgentHost
import Testing

@testable import AgentKnowledge
@testable import AgentPlugins

@Suite("Swap's files")
struct SwapParserTests {
  static let head = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"

  @Test("swap areas of every kind, with escapes")
  func swaps() throws {
    let text =
      Self.head + """
        /dev/sda3                               partition\t4194300\t\t1024\t\t-2
        /mnt/my\\040swap                         file\t\t1048572\t\t0\t\t-3
        /var/swap\\040(deleted)                  file\t\t1024\t\t0\t\t5
        /dev/zram0                              partition\t524284\t\t0\t\t100

        """
    #expect(
      try ProcSwapsParser.parse(text) == [
        SwapDevice(path: "/dev/sda3", kind: .partition, size: 4_294_963_200, used: 1_048_576),
        SwapDevice(path: "/mnt/my swap", kind: .file, size: 1_073_737_728),
        SwapDevice(path: "/var/swap", kind: .file, size: 1_048_576, isDeleted: true),
        SwapDevice(path: "/dev/zram0", kind: .zram, size: 536_866_816),
      ])
  }

  @Test("no swap", arguments: [head, "", "\n", head + "\n\n", head.replacing("\n", with: "\r\n")])
  func none(text: String) throws { #expect(try ProcSwapsParser.parse(text).isEmpty) }

  @Test(
    "what is no table is said, with the line",
    arguments: [
      "/dev/sda3", "/dev/sda3 partition 1 2", "/dev/sda3 partition x 0 -2", "/dev/sda3 partition 1 -1 -2",
      "/dev/sda3 tape 1 0 -2", "sda3 partition 1 0 -2", "/a file 1 0 -2 9", "\0",
      "/dev/sda3 partition 18446744073709551615 0 1",
    ])
  func mistakes(line: String) {
    #expect(throws: ProcSwapsParser.Mistake(line: 3)) {
      try ProcSwapsParser.parse(Self.head + "/dev/sdb1 partition 1 0 -2\n" + line)
    }
  }

  @Test("fstab lines")
  func fstab() {
    let text =
      "# c\nUUID=1-2 / ext4 defaults 0 1\n\n  LABEL=swap none\tswap\tsw,noauto 0 0\n/a\\040b none swap\n#/x none swap sw\nshort swap\r\n"
    #expect(
      Fstab.parse(text) == [
        .init(line: 2, device: "UUID=1-2", type: "ext4", options: ["defaults"]),
        .init(line: 4, device: "LABEL=swap", type: "swap", options: ["sw", "noauto"]),
        .init(line: 5, device: "/a b", type: "swap", options: []),
      ])
    let entries = Fstab.parse("UUID=1 none swap sw,noauto\nUUID=2 none swap sw,nofail,pri=1 0 0\r\n")
    #expect(entries.map(\.isAutomatic) == [false, true])
    #expect(entries.map(\.line) == [1, 2])
  }

  @Test(
    "devices that fstab names by a tag",
    arguments: [
      ("UUID=1-2", "/dev/disk/by-uuid/1-2"), ("LABEL=a", "/dev/disk/by-label/a"),
      ("PARTUUID=x", "/dev/disk/by-partuuid/x"),
      ("PARTLABEL=\"x\"", "/dev/disk/by-partlabel/x"), ("/dev/sda1", "/dev/sda1"),
    ])
  func devices(text: String, expected: String) { #expect(Fstab.devicePath(text) == expected) }

  @Test(
    "unit names of swap areas, as systemd-escape makes them",
    arguments: [
      ("/dev/sda3", "dev-sda3.swap"), ("/dev/disk/by-uuid/1-2", "dev-disk-by\\x2duuid-1\\x2d2.swap"),
      ("/swap file", "swap\\x20file.swap"), ("/dev/mapper/vg-swap", "dev-mapper-vg\\x2dswap.swap"),
    ])
  func unitNames(path: String, expected: String) { #expect(UnitNames.swap(of: path) == expected) }

  @Test(
    "the kernel's command line",
    arguments: [
      ("quiet systemd.swap=0", false), ("systemd.swap", true), ("systemd.swap=no systemd.swap=yes", true),
      ("systemd.swap=maybe", nil), ("xsystemd.swap=0", nil), ("", nil),
    ] as [(String, Bool?)])
  func commandLine(text: String, expected: Bool?) { #expect(BootCommandLine(text).bool("systemd.swap") == expected) }

  @Test(
    "zram-generator's configuration",
    arguments: [
      ("[zram0]\n", ["zram0"]), ("", []), ("[zram0]\nzram-size = ram / 2\n[zram1]\nzram-size=0", ["zram0"]),
      ("[zram0]\nzram-size = 0\nzram-size = 100", ["zram0"]), ("[zram0]\nhost-memory-limit = 1000", []),
      ("[zram0]\nhost-memory-limit = 3000\nx=1", ["zram0"]), ("[zram0]\nhost-memory-limit = none\nx=1", ["zram0"]),
      ("[zram0]\nhost-memory-limit=0\nfs-type=none", []), ("[zram0]\nmount-point=/var/tmp", []),
      ("[zram0]\nmount-point=/x\nfs-type=swap", ["zram0"]), ("[zramx]\na=1", []), ("[zram0]\nzram-fraction=0.0\n", []),
      ("[zram0]\nzram-size=0\nzram-fraction=0.5", ["zram0"]),
    ] as [(String, [String])])
  func zram(text: String, expected: [String]) {
    let settings = LayeredSettings(path: "/etc/systemd/zram-generator.conf", text: text)
    #expect(ZramGenerator.swaps(settings, memoryMegabytes: 2000, forced: false).map(\.name) == expected)
  }

  @Test("MemTotal", arguments: [("MemTotal:        2048 kB\nMemFree: 1 kB\n", 2.0), ("", nil), ("MemTotal: x", nil)])
  func memory(text: String, expected: Double?) { #expect(ZramGenerator.memoryMegabytes(text) == expected) }

  @Test(
    "shell words",
    arguments: [("/dev/sda3", "/dev/sda3"), ("/my swap", "'/my swap'"), ("a'b", "'a'\\''b'"), ("", "''")])
  func shell(text: String, expected: String) { #expect(ShellWord.quote(text) == expected) }
}
