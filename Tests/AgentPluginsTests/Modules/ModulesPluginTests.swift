import AgentCore
import AgentHost
import Testing

@testable import AgentKnowledge
@testable import AgentPlugins

private func loaded(_ name: String) -> VerdictKey { VerdictKey(check: "modules.loaded", subject: name) }
private func persistent(_ name: String) -> VerdictKey { VerdictKey(check: "modules.persistent", subject: name) }

/// A host by its files, as in most tests of the plugin.
private struct ModuleHost {
  static let release = "6.1.0-56-amd64"
  static let calico = #"{"name":"k8s-pod-network","plugins":[{"type":"calico"}]}"#
  static let flannel = #"{"name":"cbr0","plugins":[{"type":"flannel"},{"type":"portmap"}]}"#

  /// A Debian worker with flannel, nothing of interest loaded.
  var contents = [
    "/proc/sys/kernel/osrelease": release + "\n", "/proc/modules": "ext4 983040 1 - Live 0x0\n",
    "/proc/filesystems": "nodev\tsysfs\n\text4\n", "/proc/cmdline": "ro quiet\n",
    "/lib/modules/\(release)/modules.builtin": "kernel/net/unix/unix.ko\n",
    "/lib/modules/\(release)/modules.dep": [
      "fs/overlayfs/overlay", "net/bridge/br_netfilter", "net/netfilter/nf_conntrack", "net/netfilter/ipvs/ip_vs",
      "net/netfilter/ipvs/ip_vs_rr", "net/netfilter/ipvs/ip_vs_wrr", "net/netfilter/ipvs/ip_vs_sh", "fs/nfs/nfs",
      "fs/nfs/nfsv4",
    ].map { "kernel/\($0).ko: kernel/net/llc/llc.ko\n" }.joined(),
    "/etc/cni/net.d/10-flannel.conflist": flannel, "/usr/lib/modules-load.d/": "",
  ]
  var links: [String: String] = [:]
  var forbidden: [String] = []
  var roles: Set<Role> = [.worker]
  var nfs: [NFSSource] = []

  subscript(path: String) -> String? {
    get { contents[path] }
    set { contents[path] = newValue }
  }

  func observe() throws -> ModulesObservation {
    let test = try TestHost(contents, links: links, forbidden: forbidden, roles: roles)
    return ModulesObservation(
      reading: test.files, kubelet: KubeletFacts(), roles: roles, nfs: nfs, at: TestHost.time)
  }

  func verdicts() throws -> [VerdictKey: Verdict] {
    let test = try TestHost.empty()
    let verdicts = ModulesPlugin(host: test.host).judge(try observe())
    return Dictionary(uniqueKeysWithValues: verdicts.map { ($0.key, $0) })
  }

  func verdict(_ key: VerdictKey) throws -> Verdict { try #require(try verdicts()[key]) }
}

@Suite struct ModulePresenceTests {
  private func presence(_ name: String, _ host: ModuleHost) throws -> ModulePresence? {
    try host.observe().presence[name]
  }

  @Test func whatIsLoadedIsListed() throws {
    var host = ModuleHost()
    host["/proc/modules"] = "br-netfilter 1 0 - Live 0x0\n"
    #expect(try presence("br_netfilter", host) == .loaded("/proc/modules"))
    #expect(try presence("overlay", host) == .loadable("/lib/modules/6.1.0-56-amd64/kernel/fs/overlayfs/overlay.ko"))
  }

  @Test func sysTellsLoadedFromBuiltIn() throws {
    var host = ModuleHost()
    host["/sys/module/overlay/initstate"] = "live\n"
    host["/sys/module/nf_conntrack/parameters/hashsize"] = "1\n"
    #expect(try presence("overlay", host) == .loaded("/sys/module/overlay/initstate"))
    #expect(try presence("nf_conntrack", host) == .builtIn("/sys/module/nf_conntrack"))
  }

  @Test(arguments: [
    ("/proc/filesystems", "nodev\toverlay\n", "overlay"),
    ("/proc/sys/net/bridge/bridge-nf-call-iptables", "1", "br_netfilter"),
    ("/proc/sys/net/netfilter/nf_conntrack_max", "1", "nf_conntrack"), ("/proc/net/ip_vs", "", "ip_vs"),
    ("/proc/filesystems", "nodev\tnfs\nnodev\tnfs4\n", "nfs"),
  ])
  func whatShowsItsEffectIsThere(path: String, text: String, name: String) throws {
    var host = ModuleHost()
    host[path] = text
    for modules in ["ext4 1 0 - Live 0x0\n", nil] {
      host["/proc/modules"] = modules
      let found = try #require(try presence(name, host))
      guard case .builtIn = found else {
        Issue.record("\(name) is \(found)")
        continue
      }
    }
    host.forbidden = ["/proc/modules"]
    #expect(try presence(name, host)?.isInKernel == true)
  }

  @Test func modulesBuiltinTells() throws {
    var host = ModuleHost()
    let list = "/lib/modules/\(ModuleHost.release)/modules.builtin"
    host[list] = "kernel/fs/overlayfs/overlay.ko\nkernel/fs/nfs/nfsv4.ko\n"
    #expect(try presence("overlay", host) == .builtIn(list))
    host["/proc/modules"] = nil
    #expect(try presence("nfsv4", host) == .builtIn(list))
  }

  @Test func usrMergeIsFollowed() throws {
    var host = ModuleHost()
    for name in ["modules.dep", "modules.builtin"] {
      let path = "/lib/modules/\(ModuleHost.release)/\(name)"
      host["/usr" + path] = host[path]
      host[path] = nil
    }
    #expect(try presence("nfs", host) == .loadable("/usr/lib/modules/6.1.0-56-amd64/kernel/fs/nfs/nfs.ko"))
    host.links = ["/lib": "usr/lib"]
    #expect(try presence("nfs", host) == .loadable("/lib/modules/6.1.0-56-amd64/kernel/fs/nfs/nfs.ko"))
  }

  @Test func aKernelWithoutModulesHasWhatItShows() throws {
    var host = ModuleHost()
    host["/proc/modules"] = nil
    #expect(try presence("overlay", host) == .unsupported)
    #expect(try presence("br_netfilter", host) == .unsupported)
    #expect(try presence("ip_vs_rr", host) == .notSeen, "it has no effect to be seen by")
    host["/proc/filesystems"] = nil
    #expect(try presence("overlay", host) == .notSeen)
  }

  @Test func theListsOfAnotherKernelAreNotRead() throws {
    var host = ModuleHost()
    host["/proc/sys/kernel/osrelease"] = "6.1.0-57-amd64\n"
    #expect(try presence("overlay", host) == .gone(release: "6.1.0-57-amd64", others: [ModuleHost.release]))
    #expect(try presence("nfsv4", host) == .notSeen)
    host["/proc/sys/kernel/osrelease"] = nil
    #expect(try presence("overlay", host) == .notSeen)
  }

  @Test func whatIsInNoListIsMissing() throws {
    var host = ModuleHost()
    let directory = "/lib/modules/\(ModuleHost.release)"
    host[directory + "/modules.dep"] = "kernel/fs/ext4/ext4.ko:\n"
    #expect(try presence("overlay", host) == .missing(directory + "/modules.dep"))
    #expect(try presence("nfsv4", host) == .missing(directory + "/modules.dep"))
    host[directory + "/modules.builtin"] = nil
    #expect(try presence("overlay", host) == .missing(directory + "/modules.dep"))
    #expect(try presence("nfsv4", host) == .hidden(FileError(directory + "/modules.builtin", .notFound)))
    host[directory + "/modules.dep"] = nil
    host[directory + "/x"] = ""
    #expect(try presence("overlay", host) == .hidden(FileError(directory + "/modules.dep", .notFound)))
  }

  @Test func whatCannotBeReadIsHidden() throws {
    let list = "/lib/modules/\(ModuleHost.release)/modules.dep"
    for path in ["/proc/modules", "/proc/sys/kernel/osrelease", "/lib/modules", list] {
      var host = ModuleHost()
      host.forbidden = [path]
      #expect(try presence("overlay", host) == .hidden(FileError(path, .permissionDenied)))
    }
    var host = ModuleHost()
    host["/proc/modules"] = nil
    host.forbidden = ["/proc/filesystems"]
    #expect(try presence("overlay", host) == .hidden(FileError("/proc/filesystems", .permissionDenied)))
  }
}

@Suite struct ModuleLoadedTests {
  private let host = ModuleHost()

  @Test func eachPresenceHasItsVerdict() throws {
    let dep = "/lib/modules/x/modules.dep"
    let table: [(ModulePresence, overlay: CheckState, bridge: CheckState)] = [
      (.loaded("/proc/modules"), .ok, .ok), (.builtIn("/sys/module/x"), .ok, .ok),
      (.loadable("/lib/modules/x/x.ko"), .ok, .failing), (.missing(dep), .failing, .failing),
      (.unsupported, .failing, .failing), (.gone(release: "r", others: []), .failing, .failing),
      (.gone(release: "r", others: ["s"]), .failing, .failing), (.notSeen, .unknown, .unknown),
      (.hidden(FileError(dep, .permissionDenied)), .unknown, .unknown),
    ]
    for (presence, overlay, bridge) in table {
      var observation = try host.observe()
      observation.presence = ["overlay": presence, "br_netfilter": presence]
      let judge = ModuleLoadedJudge(observation: observation)
      #expect(judge.verdict(KernelModule.all[0]).state == overlay, "\(presence)")
      #expect(judge.verdict(KernelModule.all[1]).state == bridge, "\(presence)")
    }
  }

  @Test func aBridgedNetworkNeedsBrNetfilterAtOnce() throws {
    let verdict = try host.verdict(loaded("br_netfilter"))
    #expect(
      verdict.summary
        == "br_netfilter is not loaded: Services fail between pods of this node, and flannel does not start")
    #expect(verdict.remedy == "modprobe br_netfilter")
    #expect(verdict.evidence.contains(Evidence("/etc/cni/net.d/10-flannel.conflist", "plugins: flannel, portmap")))
    #expect(
      try host.verdict(loaded("overlay")).summary
        == "overlay is not loaded yet: the kernel loads it at the first mount of a container")
  }

  @Test func aRoutedNetworkDoesNot() throws {
    var host = host
    host["/etc/cni/net.d/10-flannel.conflist"] = nil
    host["/etc/cni/net.d/10-calico.conflist"] = ModuleHost.calico
    for key in [loaded("br_netfilter"), persistent("br_netfilter")] {
      let verdict = try host.verdict(key)
      #expect(verdict.state == .skipped)
      #expect(
        verdict.summary == "the network plugin (calico in /etc/cni/net.d/10-calico.conflist) needs no bridge")
    }
    host.forbidden = ["/etc/cni/net.d"]
    #expect(try host.verdict(loaded("br_netfilter")).state == .unknown)
    #expect(try host.verdict(persistent("br_netfilter")).state == .unknown)
    #expect(try host.verdict(loaded("overlay")).state == .ok)
  }

  @Test func modulesGoneWithAnUpdateAskForAReboot() throws {
    var host = host
    host["/proc/sys/kernel/osrelease"] = "6.1.0-50-amd64"
    let verdict = try host.verdict(loaded("overlay"))
    #expect(verdict.state == .failing)
    #expect(
      verdict.summary
        == "overlay is not loaded, and the modules of the running kernel 6.1.0-50-amd64 are not in /lib/modules "
        + "(an update removed them): containers do not start")
    #expect(verdict.remedy == "reboot")
    #expect(verdict.evidence.first == Evidence("/lib/modules", "6.1.0-56-amd64"))
  }

  @Test(arguments: [
    ("6.8.0-1013-raspi", "apt-get install -y linux-modules-extra-$(uname -r) && modprobe overlay"),
    ("5.14.0-570.el9.x86_64", "dnf install -y kernel-modules-$(uname -r) && modprobe overlay"),
    ("6.14.9-300.fc42.x86_64", "dnf install -y kernel-modules-$(uname -r) && modprobe overlay"),
    ("6.6.51+rpt-rpi-v8", "boot a kernel that has overlay"),
  ])
  func aKernelWithoutItIsTold(release: String, remedy: String) throws {
    var host = host
    host["/proc/sys/kernel/osrelease"] = release
    host["/lib/modules/\(release)/modules.dep"] = "kernel/fs/ext4/ext4.ko:\n"
    let verdict = try host.verdict(loaded("overlay"))
    #expect(verdict.summary == "kernel \(release) has no overlay: containers do not start")
    #expect(verdict.remedy == remedy)
  }

  @Test func whatIsKeptOutDoesNotComeOnDemand() throws {
    var host = host
    host["/etc/modprobe.d/cis.conf"] = "# hardening\ninstall overlay /bin/false\nblacklist nf_conntrack\n"
    let overlay = try host.verdict(loaded("overlay"))
    #expect(overlay.state == .failing)
    #expect(
      overlay.summary == "overlay is not loaded, and /etc/modprobe.d/cis.conf:2 keeps it out: containers do not start")
    #expect(overlay.remedy == "sed -i.bak '2s/^/#/' /etc/modprobe.d/cis.conf; modprobe overlay")
    #expect(try host.verdict(loaded("nf_conntrack")).state == .ok, "others depend on it by name")
    host["/etc/modprobe.d/cis.conf"] = "blacklist overlay"
    #expect(try host.verdict(loaded("overlay")).state == .failing)
    host["/proc/modules"] = "overlay 1 0 - Live 0x0\n"
    #expect(try host.verdict(loaded("overlay")).state == .ok)
  }

  @Test func aBlacklistDoesNotHinderModprobeByHand() throws {
    var host = host
    host["/etc/modprobe.d/x.conf"] = "blacklist br_netfilter"
    #expect(try host.verdict(loaded("br_netfilter")).remedy == "modprobe br_netfilter")
    host["/etc/modprobe.d/x.conf"] = "install br_netfilter /bin/true"
    #expect(
      try host.verdict(loaded("br_netfilter")).remedy
        == "sed -i.bak '1s/^/#/' /etc/modprobe.d/x.conf; modprobe br_netfilter")
    host["/etc/modprobe.d/x.conf"] = nil
    host["/proc/cmdline"] = "module_blacklist=br_netfilter"
    #expect(
      try host.verdict(loaded("br_netfilter")).remedy
        == "take module_blacklist=br_netfilter out of /etc/default/grub, then: update-grub; reboot")
  }

  @Test func hiddenModprobeFilesLeaveItOpenWhatComesOnDemand() throws {
    var host = host
    host["/etc/modprobe.d/x.conf"] = ""
    host.forbidden = ["/etc/modprobe.d"]
    #expect(try host.verdict(loaded("overlay")).state == .unknown)
    #expect(try host.verdict(persistent("overlay")).state == .unknown)
    #expect(try host.verdict(loaded("br_netfilter")).state == .failing)
  }

  @Test func ipvsMattersWhereKubeProxyWorksByIt() throws {
    var host = host
    #expect(try host.verdict(loaded("ip_vs")).summary == "kube-proxy does not work by IPVS (no interface kube-ipvs0)")
    host["/sys/class/net/kube-ipvs0/address"] = ""
    #expect(try host.verdict(loaded("ip_vs")).state == .failing)
    #expect(try host.verdict(persistent("ip_vs")).state == .skipped)
    #expect(try host.verdict(loaded("ip_vs_rr")).state == .ok)
    host["/lib/modules/\(ModuleHost.release)/modules.dep"] = ""
    #expect(try host.verdict(loaded("ip_vs_rr")).state == .failing)
    #expect(try host.verdict(loaded("ip_vs_sh")).state == .warning)
    host["/etc/modules-load.d/ipvs.conf"] = "ip_vs\n"
    host["/proc/modules"] = "ip_vs 1 0 - Live 0x0\n"
    #expect(try host.verdict(loaded("ip_vs")).state == .ok)
    #expect(
      try host.verdict(persistent("ip_vs")).summary == "/etc/modules-load.d/ipvs.conf:1 loads ip_vs at boot")
  }

  @Test func nfsMattersWhereItIsMountedOrConfigured() throws {
    var host = host
    #expect(try host.verdict(loaded("nfs")).summary == "NFS is neither configured nor mounted here")
    #expect(try host.verdict(loaded("nfsv4")).summary == "NFS 4 is neither configured nor mounted here")
    host.nfs = [try NFSSource(settingsScalar: "192.168.100.171:/mnt/server")]
    #expect(try host.verdict(loaded("nfs")).state == .ok)
    #expect(
      try host.verdict(loaded("nfsv4")).evidence.contains(
        Evidence("cluster.storage.nfs", "192.168.100.171:/mnt/server")))
    host["/lib/modules/\(ModuleHost.release)/modules.dep"] = ""
    #expect(try host.verdict(loaded("nfs")).state == .failing)
    host.roles = [.loadBalancer]
    #expect(try host.verdict(loaded("nfs")).state == .skipped)
    host["/proc/self/mountinfo"] = "61 27 0:52 / /mnt rw shared:30 - nfs nas:/mnt rw,vers=3\n"
    #expect(try host.verdict(loaded("nfs")).state == .failing)
    #expect(try host.verdict(loaded("nfsv4")).state == .skipped)
    host.forbidden = ["/proc/self/mountinfo"]
    #expect(try host.verdict(loaded("nfs")).state == .unknown)
  }
}

@Suite struct ModulePersistenceTests {
  private var host = ModuleHost()
  private let bridge = persistent("br_netfilter")

  init() { host["/proc/modules"] = "br_netfilter 1 0 - Live 0x0\n" }

  @Test func aFileThatNamesItLoadsIt() throws {
    var host = host
    host["/etc/modules-load.d/k8s.conf"] = "overlay\nbr-netfilter\n"
    #expect(try host.verdict(bridge).summary == "/etc/modules-load.d/k8s.conf:2 loads br_netfilter at boot")
    #expect(
      try host.verdict(persistent("overlay")).summary == "/etc/modules-load.d/k8s.conf:1 loads overlay at boot")
    #expect(try host.verdicts().values.filter(\.state.isFinding).map(\.summary) == [])
  }

  @Test func loadedNowAndNotAfterARebootWarns() throws {
    let verdict = try host.verdict(bridge)
    #expect(verdict.state == .warning)
    #expect(
      verdict.summary
        == "br_netfilter is loaded now, not after a reboot: no file in modules-load.d names it")
    #expect(verdict.remedy == "echo br_netfilter >> /etc/modules-load.d/k8s.conf")
    #expect(verdict.evidence == [Evidence("/usr/lib/modules-load.d", "no br_netfilter")])
    #expect(
      try host.verdict(persistent("overlay")).summary
        == "the kernel loads overlay at the first mount of a container")
    #expect(
      try ModuleHost().verdict(bridge).summary
        == "br_netfilter is not loaded now, and not after a reboot: no file in modules-load.d names it")
  }

  @Test func parametersMakeItAnotherModule() throws {
    var host = host
    host["/etc/modules-load.d/k8s.conf"] = "br_netfilter x=1\n"
    let verdict = try host.verdict(bridge)
    #expect(
      verdict.summary
        == "br_netfilter is loaded now, not after a reboot: /etc/modules-load.d/k8s.conf:1 gives it parameters, "
        + "and systemd finds no module 'br_netfilter x=1'")
    host["/etc/modules-load.d/more.conf"] = "br_netfilter"
    #expect(try host.verdict(bridge).state == .ok)
  }

  @Test func theClassicListCountsOnlyThroughALink() throws {
    var host = host
    host["/etc/modules"] = "# /etc/modules\nbr_netfilter\n"
    let verdict = try host.verdict(bridge)
    #expect(verdict.state == .warning)
    #expect(verdict.summary.hasSuffix("it stands only in /etc/modules:2, which the next boot does not read"))
    host.links = ["/etc/modules-load.d/modules.conf": "../modules"]
    #expect(
      try host.verdict(bridge).summary == "/etc/modules-load.d/modules.conf:2 loads br_netfilter at boot")
  }

  @Test func aStrongerFileOfTheSameNameHidesIt() throws {
    var host = host
    host["/usr/lib/modules-load.d/k8s.conf"] = "br_netfilter\n"
    #expect(try host.verdict(bridge).state == .ok)
    host["/etc/modules-load.d/k8s.conf"] = "overlay\n"
    #expect(try host.verdict(bridge).state == .warning)
    host["/etc/modules-load.d/k8s.conf"] = nil
    host.links = ["/etc/modules-load.d/k8s.conf": "/dev/null"]
    #expect(try host.verdict(bridge).state == .warning)
  }

  @Test(arguments: [
    ("modules_load=br_netfilter", CheckState.ok), ("modules-load=overlay,br-netfilter", .ok),
    ("rd.modules_load=br_netfilter", .warning), ("modules_load=", .warning), ("modules_load", .warning),
  ])
  func theCommandLineLoadsModules(line: String, state: CheckState) throws {
    var host = host
    host["/proc/cmdline"] = line
    #expect(try host.verdict(bridge).state == state)
  }

  @Test(arguments: [
    ("blacklist br_netfilter", "/etc/modprobe.d/x.conf:1"),
    ("install br_netfilter /bin/false", "/etc/modprobe.d/x.conf:1"),
  ])
  func whatIsKeptOutIsNotLoadedByAName(line: String, source: String) throws {
    var host = host
    host["/etc/modules-load.d/k8s.conf"] = "br_netfilter\n"
    host["/etc/modprobe.d/x.conf"] = line
    let verdict = try host.verdict(bridge)
    #expect(verdict.state == .warning)
    #expect(
      verdict.summary
        == "br_netfilter is loaded now, not after a reboot: \(source) keeps br_netfilter from being loaded")
    #expect(verdict.remedy == "sed -i.bak '1s/^/#/' /etc/modprobe.d/x.conf")
    #expect(verdict.evidence == [Evidence(source, line), Evidence("/etc/modules-load.d/k8s.conf:1", "br_netfilter")])
  }

  @Test func builtInNeedsNoFile() throws {
    var host = host
    host["/proc/modules"] = "ext4 1 0 - Live 0x0\n"
    host["/lib/modules/\(ModuleHost.release)/modules.builtin"] = "kernel/net/bridge/br_netfilter.ko\n"
    #expect(try host.verdict(bridge).summary == "br_netfilter is built into the kernel")
    #expect(try host.verdict(bridge).state == .ok)
    host["/lib/modules/\(ModuleHost.release)/modules.builtin"] = ""
    host["/lib/modules/\(ModuleHost.release)/modules.dep"] = ""
    #expect(try host.verdict(bridge).state == .skipped)
  }

  @Test func afterAnUpdateTheNextBootIsStillJudged() throws {
    var host = host
    host["/proc/sys/kernel/osrelease"] = "6.1.0-50-amd64"
    host["/proc/modules"] = ""
    #expect(try host.verdict(bridge).state == .warning)
    host["/etc/modules-load.d/k8s.conf"] = "br_netfilter"
    #expect(try host.verdict(bridge).state == .ok)
  }

  @Test func whatCannotBeReadIsUnknownUnlessAnotherFileNamesIt() throws {
    var host = host
    host["/etc/modules-load.d/a.conf"] = "x"
    host.forbidden = ["/etc/modules-load.d/a.conf"]
    let verdict = try host.verdict(bridge)
    #expect(verdict.state == .unknown)
    #expect(verdict.evidence == [Evidence("/etc/modules-load.d/a.conf", "permission denied")])
    host["/etc/modules-load.d/b.conf"] = "br_netfilter"
    #expect(try host.verdict(bridge).state == .ok)
    host.forbidden = ["/etc/modules-load.d"]
    #expect(try host.verdict(bridge).state == .unknown)
    host["/usr/lib/modules-load.d/c.conf"] = "br_netfilter"
    #expect(try host.verdict(bridge).state == .ok)
  }
}

@Suite struct ModulesPluginTests {
  @Test func everyCheckHasAVerdictOnEveryHost() async throws {
    for test in [try TestHost.empty(), try TestHost.forbidden()] {
      let plugin = ModulesPlugin(host: test.host)
      let observation = try await plugin.observe(at: TestHost.time)
      let verdicts = plugin.judge(observation)
      #expect(Set(verdicts.map(\.check)) == Set(ModulesPlugin.descriptor.checks.map(\.id)))
      #expect(Set(verdicts.map(\.key)).count == 2 * KernelModule.all.count)
      #expect(verdicts.filter { $0.state != .skipped && $0.state != .unknown }.map(\.summary) == [])
      #expect(plugin.metrics(observation).flatMap(\.samples) == [])
    }
  }

  @Test func aHostWithoutAKubeletIsSkipped() throws {
    var host = ModuleHost()
    host.roles = [.storage]
    let verdicts = try host.verdicts()
    #expect(verdicts.values.allSatisfy { $0.state == .skipped })
    #expect(
      verdicts[loaded("overlay")]?.summary == "no kubelet runs or is to run on this host (roles: storage)")
  }

  @Test func theMetricTellsWhatIsInTheKernel() throws {
    var host = ModuleHost()
    host["/proc/modules"] = "overlay 1 0 - Live 0x0\n"
    host["/sys/module/nf_conntrack/"] = ""
    let plugin = ModulesPlugin(host: try TestHost.empty().host)
    let family = try #require(plugin.metrics(try host.observe()).first)
    #expect(family.name == "nodeagent_kernel_module_loaded")
    let values = Dictionary(uniqueKeysWithValues: family.samples.map { ($0.labels.map(\.value), $0.value) })
    #expect(values[["overlay"]] == 1)
    #expect(values[["nf_conntrack"]] == 1)
    #expect(values[["br_netfilter"]] == 0)
    #expect(values.count == KernelModule.all.count)
  }
}

@Suite struct ModulesInContainersTests {
  /// The machine loads modules, not the container; the release alone tells nothing of either.
  @Test(arguments: [
    (["/run/systemd/container": "lxc\n"], true),
    (["/proc/swaps": "Filename Type Size Used Priority\nnone                   virtual  8 0 0\n"], true), ([:], false),
    (["/proc/swaps": "Filename Type Size Used Priority\n/dev/sda3 partition 8 0 0\n"], false),
  ]) func aContainersModulesAreLoadedOutsideOfIt(files: [String: String], isContainer: Bool) throws {
    var host = ModuleHost()
    host.contents.merge(files) { $1 }
    let verdict = try host.verdict(loaded("br_netfilter"))
    #expect(verdict.state == .failing)
    #expect(verdict.remedy?.hasPrefix("on the host of this container: modprobe br_netfilter") == isContainer)
  }
}
