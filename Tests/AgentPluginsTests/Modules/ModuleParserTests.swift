import AgentHost
import Testing

@testable import AgentPlugins

@Suite struct ModuleListTests {
  private static let wanted: Set = ["overlay", "br_netfilter", "nf_conntrack", "nfs"]

  @Test func loadedModulesAreNamed() {
    let text = """
      br_netfilter 32768 0 - Live 0x0000000000000000
      nf-odd 1 0 - Live 0x0
      nfs 400000 2 nfsv4,nfsv3, Live 0xffffffffc0a10000 (OE)
      going 16384 0 - Unloading 0x0000000000000000
      coming 16384 1 br_netfilter, Loading 0x0000000000000000
      short

      """
    #expect(ModuleList.loaded(Array(text.utf8)) == ["br_netfilter", "nf_odd", "nfs", "coming", "short"])
    #expect(ModuleList.loaded([]) == [])
    #expect(ModuleList.loaded([10, 10, 0xFF, 32, 10]).count == 1)
  }

  @Test(arguments: [
    ("kernel/fs/overlayfs/overlay.ko:", "overlay"), ("kernel/fs/overlayfs/overlay.ko.xz:\n", "overlay"),
    ("kernel/fs/overlayfs/overlay.ko.zst: kernel/x.ko.zst\n", "overlay"), ("overlay.ko.gz:", "overlay"),
    ("kernel/fs/overlayfs/overlay.ko", "overlay"), ("updates/dkms/br-netfilter.ko:", "br_netfilter"),
    ("kernel/x/x.ko: kernel/fs/overlayfs/overlay.ko", nil), ("kernel/overlay/x.ko:", nil),
    ("kernel/fs/myoverlay.ko:", nil), ("kernel/fs/overlay2.ko:", nil), ("kernel/fs/overlay:", nil),
    ("kernel/fs/overlay.o:", nil), ("", nil), (":", nil), ("/", nil), ("\0overlay.ko:", nil),
  ])
  func aWantedModuleIsFoundByTheNameOfItsFile(text: String, name: String?) {
    let found = ModuleList.paths(of: Self.wanted, in: Array(text.utf8))
    #expect(found.keys.first == name)
    #expect(found.count == (name == nil ? 0 : 1))
  }

  @Test func longListsAreSearchedToTheEnd() {
    var lines = (0..<100_000).map { "kernel/drivers/d\($0)/module_\($0).ko.xz: kernel/lib/lib\($0).ko.xz" }
    lines.append("kernel/net/bridge/br_netfilter.ko.xz:")
    lines.append(String(repeating: "x", count: 1 << 20))
    let found = ModuleList.paths(of: Self.wanted, in: Array(lines.joined(separator: "\n").utf8))
    #expect(found == ["br_netfilter": "kernel/net/bridge/br_netfilter.ko.xz"])
  }
}

@Suite struct ModuleRequestTests {
  private func parse(_ text: String) -> [String] {
    ModuleRequestFile.parse(Array(text.utf8), path: "f").map { request in
      "\(request.source) \(request.name)" + (request.parameters.map { "(\($0))" } ?? "")
    }
  }

  /// As systemd-modules-load of 252 was seen to take the same lines.
  @Test(arguments: [
    ("overlay\nbr_netfilter\n", ["f:1 overlay", "f:2 br_netfilter"]),
    ("overlay", ["f:1 overlay"]), ("# a\n ; c\n\n  br-netfilter\t\r\n", ["f:4 br_netfilter"]),
    ("overlay\r\nip_vs\r\n", ["f:1 overlay", "f:2 ip_vs"]), ("ip\0vs", ["f:1 ip", "f:2 vs"]),
    ("loop max_loop=8", ["f:1 loop(max_loop=8)"]), ("overlay \t ", ["f:1 overlay"]),
    ("overlay # why", ["f:1 overlay(# why)"]), ("", []), ("\n\n \n", []), ("BR_netfilter", ["f:1 BR_netfilter"]),
  ])
  func linesAreTakenAsSystemdTakesThem(text: String, expected: [String]) { #expect(parse(text) == expected) }

  @Test func aHundredThousandLinesAreRead() {
    let text = (0..<100_000).map { "module_\($0)" }.joined(separator: "\n") + "\nbr_netfilter"
    let requests = ModuleRequestFile.parse(Array(text.utf8), path: "f")
    #expect(requests.count == 100_001)
    #expect(requests.last?.source == "f:100001")
  }

  @Test func bytesThatAreNoTextHurtNothing() {
    #expect(ModuleRequestFile.parse([0xFF, 0xFE, 10, 0x6F, 10], path: "f").map(\.name).last == "o")
  }
}

@Suite struct ModuleBlockTests {
  private func parse(_ text: String) -> [ModuleBlock] { ModuleBlock.parse(Array(text.utf8), path: "f") }

  @Test(
    arguments: [
      ("blacklist nfs", "nfs", .blacklist), ("  blacklist\tbr-netfilter  # why", "br_netfilter", .blacklist),
      ("install nfs /bin/false", "nfs", .install), ("install nfs /usr/bin/true", "nfs", .install),
      ("install nfs :", "nfs", .install), ("install nfs exit 0", "nfs", .install),
      ("install nfs /sbin/modprobe --ignore-install nfs", nil, nil), ("install nfs", nil, nil),
      ("blacklist", nil, nil), ("#blacklist nfs", nil, nil), ("options nfs x=1", nil, nil), ("alias nfs off", nil, nil),
      ("", nil, nil), ("Blacklist nfs", nil, nil), ("install nfs \\\n /bin/false", "nfs", .install),
      ("# a \\\nblacklist nfs", nil, nil),
    ] as [(String, String?, ModuleBlock.Kind?)])
  func linesThatKeepAModuleOut(text: String, name: String?, kind: ModuleBlock.Kind?) {
    let blocks = parse(text)
    #expect(blocks.map(\.name) == [name].compactMap(\.self))
    #expect(blocks.map(\.kind) == [kind].compactMap(\.self))
  }

  @Test func linesAreCountedAcrossJoinedOnes() {
    #expect(parse("# a\\\nb\ninstall x \\\n/bin/false\nblacklist nfs").map(\.source) == ["f:3", "f:5"])
  }

  @Test func theCommandLineKeepsModulesOut() {
    let line = BootCommandLine("quiet modprobe.blacklist=nfs,br-netfilter module_blacklist=overlay module-blacklist=x")
    let blocks = ModuleBlock.parse(line)
    #expect(blocks.map(\.name) == ["nfs", "br_netfilter", "overlay", "x"])
    #expect(blocks.map(\.kind) == [.blacklist, .blacklist, .kernel, .kernel])
    #expect(blocks.first?.source == "/proc/cmdline")
    #expect(blocks.first?.text == "modprobe.blacklist=nfs")
  }

  /// Who is hindered: by name (modules-load.d), by alias, by name on demand, kube-proxy's modprobe, a hand's modprobe.
  @Test(
    arguments: [
      (.blacklist, [true, true, false, false, false]), (.install, [true, true, true, true, true]),
      (.kernel, [true, true, true, true, true]),
    ] as [(ModuleBlock.Kind, [Bool])])
  func whoIsHindered(kind: ModuleBlock.Kind, expected: [Bool]) {
    let block = ModuleBlock(name: "m", kind: kind, text: "", path: "f", line: 1)
    let ways: [KernelModule.Loading] = [
      .byName, .onDemand(at: "", byAlias: true), .onDemand(at: "", byAlias: false), .kubeProxy,
    ]
    #expect(ways.map(block.hinders) + [block.hindersModprobe] == expected)
  }
}

@Suite struct ModuleNeedsTests {
  private func mounted(_ types: Set<String>, _ text: String) -> String? {
    ModuleNeeds.mounted(types, in: Array(text.utf8))
  }

  @Test func theTypeOfAMountStandsAfterTheSeparator() {
    let line = "61 27 0:52 / /mnt/server rw,relatime shared:30 - nfs4 nas:/mnt/server rw,vers=4.2\n"
    #expect(mounted(["nfs", "nfs4"], "27 1 8:1 / / rw - ext4 /dev/sda1 rw\n" + line) == "nfs4")
    #expect(mounted(["nfs4"], line.replacing("nfs4", with: "nfs")) == nil)
    #expect(mounted(["nfs", "nfs4"], "30 27 8:1 / /nfs rw - ext4 /dev/nfs rw") == nil)
    #expect(mounted(["nfs", "nfs4"], "30 27 0:9 / /x rw - nfsd nfsd rw") == nil)
    #expect(mounted(["nfs", "nfs4"], "") == nil)
    #expect(mounted(["nfs", "nfs4"], "no separator\n - \n") == nil)
  }
}
