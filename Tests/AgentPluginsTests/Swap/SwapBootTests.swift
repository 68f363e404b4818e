import AgentCore
import Testing

@testable import AgentPlugins

@Suite("What turns swap on at boot")
struct SwapBootTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var name: String
    var files: [String: String] = [:]
    var links: [String: String] = [:]
    /// `SOURCE DEVICE` of what the next boot turns on.
    var expected: [String] = []
    var testDescription: String { name }
  }

  private static let generators = "/usr/lib/systemd/system-generators"
  private static let swapUnit = "[Swap]\nWhat=/dev/sdb1\n[Install]\nWantedBy=swap.target\n"
  private static let wants = "/etc/systemd/system/swap.target.wants"
  private static let gpt = [
    "\(generators)/systemd-gpt-auto-generator": "", "/etc/fstab": "UUID=1 / ext4 defaults 0 1\n",
    "/proc/self/mountinfo": "21 1 8:2 / / rw - ext4 /dev/sda2 rw\n",
    "/run/udev/data/b8:2": "E:ID_PART_ENTRY_TYPE=0fc63daf-8483-4772-8e79-3d69d8477de4\nE:ID_PART_ENTRY_DISK=8:0\n",
    "/run/udev/data/b8:3":
      "N:sda3\nE:ID_PART_ENTRY_TYPE=0657fd6d-a4ab-43c4-84e5-0933c84b4f4f\nE:ID_PART_ENTRY_DISK=8:0\nE:ID_PART_ENTRY_NUMBER=3\n",
    "/run/udev/data/n2": "",
  ]
  private static let gptLinks = [
    "/sys/dev/block/8:3": "../../devices/x/block/sda/sda3", "/sys/dev/block/8:0": "../../devices/x/block/sda",
  ]
  private static let gptFound = ["/run/udev/data/b8:3 /dev/sda3"]

  private static func changed(_ base: [String: String], _ changes: [String: String]) -> [String: String] {
    base.merging(changes) { $1 }
  }

  static let fstabRows = [
    Row(name: "fstab", files: ["/etc/fstab": "\nUUID=5 none swap sw 0 0\n"], expected: ["/etc/fstab:2 UUID=5"]),
    Row(name: "fstab noauto", files: ["/etc/fstab": "UUID=5 none swap noauto 0 0\n"]),
    Row(name: "fstab nofail", files: ["/etc/fstab": "/swap none swap nofail"], expected: ["/etc/fstab:1 /swap"]),
    Row(name: "fstab commented", files: ["/etc/fstab": "#UUID=5 none swap sw 0 0\n"]),
    Row(
      name: "fstab, its unit masked", files: ["/etc/fstab": "/dev/sda3 none swap sw 0 0\n"],
      links: ["/etc/systemd/system/dev-sda3.swap": "/dev/null"]),
    Row(
      name: "fstab, swap.target masked", files: ["/etc/fstab": "/dev/sda3 none swap sw 0 0\n"],
      links: ["/etc/systemd/system/swap.target": "/dev/null"]),
    Row(
      name: "fstab, systemd.swap=0",
      files: ["/etc/fstab": "/dev/sda3 none swap sw 0 0\n", "/proc/cmdline": "quiet systemd.swap=0\n"]),
    Row(
      name: "fstab, fstab=no", files: ["/etc/fstab": "/dev/sda3 none swap sw 0 0\n", "/proc/cmdline": "fstab=no"]),
  ]

  private static let multiUser = "/etc/systemd/system/multi-user.target.wants"
  private static func service(_ start: String, script: String = "", named name: String = "x") -> [String: String] {
    ["/usr/lib/systemd/system/\(name).service": "[Service]\nExecStart=\(start)\n", "/usr/bin/x": script]
  }
  private static func row(_ name: String, _ files: [String: String], _ found: Bool) -> Row {
    Row(
      name: name, files: files, links: ["\(multiUser)/x.service": "/usr/lib/systemd/system/x.service"],
      expected: found ? ["\(multiUser)/x.service x.service"] : [])
  }
  static let serviceRows = [
    row("a service with swapon", service("/sbin/swapon /data/swap"), true),
    row("a service with a shell", service("/bin/sh -c 'mkswap /s && swapon -p 5 /s'"), true),
    row("a script with swapon", service("/usr/bin/x start", script: "#!/bin/sh\nmkswap $f\n/sbin/swapon $f\n"), true),
    row("a script by a shell", service("/bin/bash /usr/bin/x", script: "#!/bin/bash\nswapon -a\n"), true),
    row("swapspace", service("/usr/sbin/swapspace"), true),
    row("swapoff", service("/sbin/swapoff -a"), false),
    row(
      "a script that looks", service("/usr/bin/x", script: "#!/bin/sh\nswapon --show=NAME\n# swapon /s\nswapon\n"),
      false),
    row("zramctl that looks", service("/usr/bin/x", script: "#!/bin/sh\nzramctl\n"), false),
    row("a program", service("/usr/bin/x", script: "\u{7f}ELF swapon /x\n"), false),
    Row(name: "a service that is not enabled", files: service("/sbin/swapon /s")),
    Row(
      name: "zram-config", files: service("/usr/bin/init-zram-swapping", named: "zram-config"),
      links: ["\(multiUser)/zram-config.service": "x"], expected: ["\(multiUser)/zram-config.service /dev/zram0"]),
    Row(
      name: "zramctl of a script",
      files: service("/usr/bin/x", script: "#!/bin/sh\nzramctl --find --size 1G\n", named: "z"),
      links: ["\(multiUser)/z.service": "x"], expected: ["\(multiUser)/z.service /dev/zram0"]),
    Row(
      name: "zram-config masked", files: service("/usr/bin/init-zram-swapping", named: "zram-config"),
      links: ["\(multiUser)/zram-config.service": "x", "/etc/systemd/system/zram-config.service": "/dev/null"]),
  ]

  static let unitRows = [
    Row(
      name: "unit enabled", files: ["/etc/systemd/system/dev-sdb1.swap": swapUnit],
      links: ["\(wants)/dev-sdb1.swap": "../dev-sdb1.swap"],
      expected: ["/etc/systemd/system/dev-sdb1.swap /dev/sdb1"]),
    Row(name: "unit not enabled", files: ["/usr/lib/systemd/system/dev-sdb1.swap": swapUnit]),
    Row(
      name: "unit enabled and masked", files: ["/usr/lib/systemd/system/dev-sdb1.swap": swapUnit],
      links: [
        "\(wants)/dev-sdb1.swap": "/usr/lib/systemd/system/dev-sdb1.swap",
        "/etc/systemd/system/dev-sdb1.swap": "/dev/null",
      ]),
    Row(
      name: "unit of this boot only", files: ["/run/systemd/system/dev-sdb1.swap": swapUnit],
      links: ["/run/systemd/system/swap.target.wants/dev-sdb1.swap": "../dev-sdb1.swap"]),
    Row(
      name: "unit required by another target, swap.target masked",
      files: ["/usr/lib/systemd/system/dev-sdb1.swap": swapUnit],
      links: [
        "/etc/systemd/system/multi-user.target.requires/dev-sdb1.swap": "/usr/lib/systemd/system/dev-sdb1.swap",
        "/etc/systemd/system/swap.target": "/dev/null",
      ], expected: ["/usr/lib/systemd/system/dev-sdb1.swap /dev/sdb1"]),
  ]

  static let gptRows = [
    Row(name: "GPT partition", files: gpt, links: gptLinks, expected: gptFound),
    Row(
      name: "GPT without a generator", files: gpt.filter { !$0.key.hasPrefix(generators) }, links: gptLinks),
    Row(
      name: "GPT, generator masked", files: gpt,
      links: gptLinks.merging(["/etc/systemd/system-generators/systemd-gpt-auto-generator": "/dev/null"]) { $1 }),
    Row(
      name: "GPT with no-auto",
      files: changed(
        gpt,
        [
          "/run/udev/data/b8:3": gpt["/run/udev/data/b8:3", default: ""]
            + "E:ID_PART_ENTRY_FLAGS=0x8000000000000000\n"
        ]), links: gptLinks),
    Row(
      name: "GPT on another disk",
      files: changed(gpt, ["/proc/self/mountinfo": "21 1 8:17 / / rw - ext4 /dev/sdb1 rw\n"]),
      links: gptLinks),
    Row(
      name: "GPT while fstab has a swap line, even noauto",
      files: changed(gpt, ["/etc/fstab": "/dev/sdc1 none swap noauto\n"]), links: gptLinks),
    Row(
      name: "GPT, systemd.gpt_auto=0", files: changed(gpt, ["/proc/cmdline": "systemd.gpt_auto=0"]), links: gptLinks),
    Row(
      name: "GPT below a btrfs root",
      files: changed(
        gpt, ["/proc/self/mountinfo": "21 1 0:30 /@ / rw - btrfs /dev/sda2 rw\n", "/sys/class/block/sda2/dev": "8:2\n"]),
      links: gptLinks, expected: gptFound),
    Row(
      name: "GPT below an encrypted root",
      files: changed(
        gpt,
        [
          "/proc/self/mountinfo": "21 1 253:0 / / rw - ext4 /dev/mapper/root rw\n",
          "/sys/dev/block/253:0/slaves/sda2": "", "/sys/class/block/sda2/dev": "8:2\n",
        ]), links: gptLinks, expected: gptFound),
  ]

  static let packageRows = [
    Row(
      name: "dphys-swapfile",
      files: ["/etc/dphys-swapfile": "CONF_SWAPSIZE=200\n", "/usr/lib/systemd/system/dphys-swapfile.service": ""],
      links: ["/etc/systemd/system/multi-user.target.wants/dphys-swapfile.service": "/usr/lib/x"],
      expected: ["/etc/systemd/system/multi-user.target.wants/dphys-swapfile.service /var/swap"]),
    Row(
      name: "dphys-swapfile of size 0",
      files: ["/etc/dphys-swapfile": "CONF_SWAPSIZE=0\n", "/usr/lib/systemd/system/dphys-swapfile.service": ""],
      links: ["/etc/systemd/system/multi-user.target.wants/dphys-swapfile.service": "/usr/lib/x"]),
    Row(
      name: "dphys-swapfile not enabled",
      files: ["/etc/dphys-swapfile": "#\n", "/usr/lib/systemd/system/dphys-swapfile.service": ""]),
    Row(
      name: "dphys-swapfile as an init script", files: ["/etc/dphys-swapfile": "CONF_SWAPFILE=/swap\n"],
      links: ["/etc/rc2.d/S01dphys-swapfile": "../init.d/dphys-swapfile"],
      expected: ["/etc/rc2.d/S01dphys-swapfile /swap"]),
    Row(
      name: "zram-tools", files: ["/usr/lib/systemd/system/zramswap.service": ""],
      links: ["/etc/systemd/system/multi-user.target.wants/zramswap.service": "/usr/lib/x"],
      expected: ["/etc/systemd/system/multi-user.target.wants/zramswap.service /dev/zram0"]),
    Row(
      name: "rpi-swap as installed",
      files: [
        "\(generators)/rpi-swap-generator": "", "\(generators)/zram-generator": "",
        "/etc/rpi/swap.conf": "[Main]\n#Mechanism=auto\n",
        "/usr/lib/systemd/zram-generator.conf.d/20-rpi-swap-zram0-ctrl.conf":
          "[zram0]\nhost-memory-limit=0\nfs-type=none\n",
      ], expected: ["/etc/rpi/swap.conf (default) /dev/zram0"]),
    Row(
      name: "rpi-swap turned off",
      files: [
        "\(generators)/rpi-swap-generator": "", "/etc/rpi/swap.conf": "[Main]\nMechanism=zram\n",
        "/etc/rpi/swap.conf.d/99-off.conf": "[Main]\nMechanism=none\n",
      ]),
    Row(
      name: "rpi-swap with a file",
      files: [
        "\(generators)/rpi-swap-generator": "", "/etc/rpi/swap.conf": "[Main]\nMechanism=swapfile\n[File]\nPath=/s\n",
      ],
      expected: ["/etc/rpi/swap.conf:2 /s"]),
    Row(
      name: "rpi-swap's configuration without the package", files: ["/etc/rpi/swap.conf": "[Main]\nMechanism=zram\n"]),
    Row(
      name: "zram-generator, a section with defaults only",
      files: [
        "\(generators)/zram-generator": "", "/etc/systemd/zram-generator.conf": "# c\n[zram0]\n# zram-size = 1\n",
      ],
      expected: ["/etc/systemd/zram-generator.conf:2 /dev/zram0"]),
    Row(
      name: "zram-generator turned off by its remedy",
      files: [
        "\(generators)/zram-generator": "", "/usr/lib/systemd/zram-generator.conf": "[zram0]\nzram-size = ram\n",
        "/etc/systemd/zram-generator.conf.d/99-off-zram0.conf": "[zram0]\nhost-memory-limit = 0\n",
      ]),
    Row(
      name: "zram-generator, vendor file hidden",
      files: [
        "\(generators)/zram-generator": "",
        "/usr/lib/systemd/zram-generator.conf.d/10-a.conf": "[zram0]\nzram-size = ram\n",
      ], links: ["/etc/systemd/zram-generator.conf.d/10-a.conf": "/dev/null"]),
    Row(
      name: "zram-generator not installed", files: ["/etc/systemd/zram-generator.conf": "[zram0]\nzram-size = ram\n"]),
    Row(
      name: "zram-generator on a large machine",
      files: [
        "\(generators)/zram-generator": "", "/etc/systemd/zram-generator.conf": "[zram0]\nhost-memory-limit = 4096\n",
        "/proc/meminfo": "MemTotal:  8000000 kB\n",
      ]),
    Row(
      name: "zram by the command line", files: ["\(generators)/zram-generator": "", "/proc/cmdline": "systemd.zram=1"],
      expected: ["/proc/cmdline /dev/zram0"]),
    Row(
      name: "zram off by the command line",
      files: [
        "\(generators)/zram-generator": "", "/etc/systemd/zram-generator.conf": "[zram0]\n",
        "/proc/cmdline": "systemd.zram=0",
      ]),
    Row(
      name: "only resume",
      files: ["/etc/initramfs-tools/conf.d/resume": "RESUME=UUID=5\n", "/proc/cmdline": "resume=/dev/sda3"]),
  ]

  @Test(
    "each mechanism, and each way to turn it off", arguments: fstabRows + unitRows + serviceRows + gptRows + packageRows
  )
  func mechanisms(row: Row) throws {
    let files = Self.changed(["/etc/fstab": "", "/etc/systemd/system/": ""], row.files)
    let host = try TestHost(files, links: row.links)
    let facts = SwapBootReader.read(host.files)
    #expect(facts.swaps.map { "\($0.source) \($0.device)" } == row.expected)
    #expect(facts.unreadable.isEmpty)
    #expect(facts.hasSystem)
    #expect(facts.swaps.allSatisfy { !$0.remedy.isEmpty })
  }

  @Test("a link of udev's tells which swap area a line means")
  func resolved() throws {
    let host = try TestHost(
      ["/etc/fstab": "UUID=5 none swap sw\nLABEL=gone none swap sw\n/dev/mapper/vg-swap none swap sw\n"],
      links: ["/dev/disk/by-uuid/5": "../../sda3", "/dev/mapper/vg-swap": "../dm-1"])
    #expect(SwapBootReader.read(host.files).swaps.map(\.path) == ["/dev/sda3", nil, "/dev/dm-1"])
  }

  @Test("resume= is evidence and nothing more")
  func resume() throws {
    let host = try TestHost(["/etc/fstab": "", "/proc/cmdline": "resume=/dev/sda3"])
    #expect(SwapBootReader.read(host.files).notes == [Evidence("/proc/cmdline", "resume=/dev/sda3")])
  }

  @Test(
    "an unreadable file hides what it could have said and no more",
    arguments: ["/etc/fstab", "/run/udev/data", "/etc/dphys-swapfile", "/etc/initramfs-tools"])
  func unreadable(path: String) throws {
    let host = try TestHost(
      Self.changed(
        Self.gpt,
        [
          "/etc/systemd/zram-generator.conf": "[zram0]\n", "\(Self.generators)/zram-generator": "",
          "/etc/systemd/system/": "",
        ]), links: Self.gptLinks, forbidden: [path])
    let facts = SwapBootReader.read(host.files)
    #expect(!facts.unreadable.isEmpty)
    #expect(facts.swaps.contains { $0.mechanism == "zram-generator" })
  }
}
