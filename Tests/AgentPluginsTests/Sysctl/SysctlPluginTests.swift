import AgentCore
import Testing

@testable import AgentPlugins
@testable import AgentText

/// Judges a recorded host; the verdicts by check and subject.
private func judged(
  _ contents: [String: String], links: [String: String] = [:], forbidden: [String] = [],
  roles: Set<Role> = [.worker], settings: String = ""
) async throws -> [VerdictKey: Verdict] {
  let test = try TestHost(contents, links: links, forbidden: forbidden, roles: roles)
  let node = try SettingsNode(top: YAMLParser.document(Array(settings.utf8)), file: "test.yaml")
  let plugin = SysctlPlugin(
    host: test.host, settings: node.decodeChecks(SysctlSettings.self, into: SettingsDiagnostics()).settings)
  let verdicts = plugin.judge(try await plugin.observe(at: TestHost.time))
  return Dictionary(uniqueKeysWithValues: verdicts.map { ($0.key, $0) })
}

private func values(_ name: String) -> VerdictKey { VerdictKey(check: "sysctl.values", subject: name) }
private func persistent(_ name: String) -> VerdictKey { VerdictKey(check: "sysctl.persistent", subject: name) }
private let forward = "net.ipv4.ip_forward"

@Suite struct SysctlPluginTests {
  /// What kubeadm, the playbooks and Calico leave on a node.
  static let healthy = [
    "/proc/sys/net/ipv4/ip_forward": "1\n", "/proc/sys/net/ipv4/conf/all/rp_filter": "1\n",
    "/proc/sys/fs/inotify/max_user_instances": "8192\n", "/proc/sys/fs/inotify/max_user_watches": "524288\n",
    "/etc/sysctl.d/k8s.conf": "net.ipv4.ip_forward = 1\nfs.inotify.max_user_instances = 8192\n",
    "/etc/cni/net.d/10-calico.conflist":
      #"{"name":"k8s-pod-network","plugins":[{"type":"calico","ipam":{"type":"calico-ipam","assign_ipv6":"false"}}]}"#,
  ]

  @Test func healthyNodeHasNoFinding() async throws {
    let verdicts = try await judged(Self.healthy)
    #expect(verdicts.values.filter(\.state.isFinding).map(\.summary) == [])
    #expect(verdicts[values(forward)]?.state == .ok)
    #expect(
      verdicts[persistent(forward)]?.summary
        == "net.ipv4.ip_forward: 1 after a reboot: /etc/sysctl.d/k8s.conf:1 sets it")
    #expect(verdicts[values("net.ipv4.conf.all.rp_filter")]?.state == .skipped)
    #expect(verdicts[values("vm.overcommit_memory")]?.summary.contains("the kubelet sets it") == true)
    #expect(verdicts[values("net.bridge.bridge-nf-call-iptables")]?.state == .skipped)
  }

  @Test func everyCheckHasAVerdictOnEveryHost() async throws {
    for test in [try TestHost.empty(), try TestHost.forbidden()] {
      let plugin = SysctlPlugin(host: test.host)
      let verdicts = plugin.judge(try await plugin.observe(at: TestHost.time))
      #expect(Set(verdicts.map(\.check)) == Set(SysctlPlugin.descriptor.checks.map(\.id)))
      #expect(Set(verdicts.map(\.key)).count == verdicts.count)
      #expect(verdicts.filter { $0.state != .skipped && $0.state != .unknown }.map(\.summary) == [])
    }
  }

  @Test func forbiddenHostIsUnknownWithThePath() async throws {
    let verdicts = try await judged([:], forbidden: ["/"])
    #expect(verdicts[values(forward)]?.state == .unknown)
    #expect(verdicts[values(forward)]?.evidence.first == Evidence("/proc/sys/net/ipv4/ip_forward", "permission denied"))
    #expect(verdicts[persistent(forward)]?.state == .unknown)
    #expect(verdicts[persistent(forward)]?.evidence.first == Evidence("/etc/sysctl.d", "permission denied"))
  }

  @Test func unreadableNetworkPluginHidesOnlyWhatDependsOnIt() async throws {
    let verdicts = try await judged(Self.healthy, forbidden: ["/etc/cni/net.d"])
    #expect(verdicts[values(forward)]?.state == .ok)
    #expect(verdicts[values("net.bridge.bridge-nf-call-iptables")]?.state == .unknown)
    #expect(verdicts[values("net.ipv4.conf.all.rp_filter")]?.state == .unknown)
    #expect(verdicts[values("net.ipv6.conf.all.forwarding")]?.state == .unknown)
  }

  @Test func wrongNowButRightInFilesIsFailingAndPersistent() async throws {
    let verdicts = try await judged(Self.healthy.merging(["/proc/sys/net/ipv4/ip_forward": "0\n"]) { $1 })
    let value = try #require(verdicts[values(forward)])
    #expect(value.state == .failing)
    #expect(value.remedy == "sysctl -w net.ipv4.ip_forward=1")
    #expect(value.evidence.contains(Evidence("/etc/sysctl.d/k8s.conf:1", "net.ipv4.ip_forward = 1")))
    #expect(verdicts[persistent(forward)]?.state == .ok)
  }

  @Test func rightNowButSetByNoFileIsAWarning() async throws {
    let verdict = try #require(
      try await judged(["/proc/sys/net/ipv4/ip_forward": "1\n", "/etc/sysctl.d/x.conf": "vm.swappiness = 1"])[
        persistent(forward)])
    #expect(verdict.state == .warning)
    #expect(verdict.summary == "net.ipv4.ip_forward: 1 right now, 0 after a reboot: no file sets it")
    #expect(
      verdict.remedy
        == "echo net.ipv4.ip_forward=1 >> /etc/sysctl.d/99-kubernetes.conf && systemctl restart systemd-sysctl")
  }

  @Test func namesTheFileThatWinsAndTheOnesThatContradict() async throws {
    let verdict = try #require(
      try await judged([
        "/proc/sys/net/ipv4/ip_forward": "1\n", "/etc/sysctl.d/50-k8s.conf": "net.ipv4.ip_forward = 1",
        "/usr/lib/sysctl.d/99-router-off.conf": "# hardening\nnet.ipv4.ip_forward = 0",
        "/usr/lib/sysctl.d/50-k8s.conf": "net.ipv4.ip_forward = 0",
      ])[persistent(forward)])
    #expect(verdict.state == .warning)
    #expect(
      verdict.summary == """
        net.ipv4.ip_forward: 1 right now, 0 after a reboot: /usr/lib/sysctl.d/99-router-off.conf:2 sets it, not 1, \
        against /etc/sysctl.d/50-k8s.conf:1
        """)
    #expect(verdict.remedy?.contains(">> /etc/sysctl.d/99-zz-kubernetes.conf") == true)
  }

  @Test func tellsWhichFileOfTheSameNameIsNotRead() async throws {
    let verdicts = try await judged([
      "/etc/sysctl.d/k.conf": "net.ipv4.ip_forward = 0", "/usr/lib/sysctl.d/k.conf": "net.ipv4.ip_forward = 1",
    ])
    #expect(
      verdicts[persistent(forward)]?.evidence.contains(
        Evidence("/usr/lib/sysctl.d/k.conf", "not read: /etc/sysctl.d/k.conf has the same name")) == true)
  }

  @Test func classicFileCountsOnlyThroughALink() async throws {
    let contents = [
      "/proc/sys/net/ipv4/ip_forward": "1\n", "/etc/sysctl.conf": "#\nnet.ipv4.ip_forward=1\n", "/etc/sysctl.d/": "",
    ]
    let without = try #require(try await judged(contents)[persistent(forward)])
    #expect(without.state == .warning)
    #expect(without.summary.hasSuffix("it is set only in /etc/sysctl.conf:2, which the next boot does not read"))
    let linked = try await judged(contents, links: ["/etc/sysctl.d/99-sysctl.conf": "../sysctl.conf"])
    #expect(linked[persistent(forward)]?.state == .ok)
    #expect(linked[persistent(forward)]?.summary.contains("/etc/sysctl.d/99-sysctl.conf:2") == true)
    let undone = try await judged(
      contents.merging(["/etc/sysctl.d/99-z.conf": "-net.ipv4.ip_forward"]) { $1 },
      links: ["/etc/sysctl.d/99-sysctl.conf": "../sysctl.conf"])
    #expect(undone[persistent(forward)]?.summary.hasSuffix("0 after a reboot: no file sets it") == true)
  }

  @Test func kernelCommandLineSetsItUnlessAFileDoes() async throws {
    let contents = ["/proc/cmdline": "quiet sysctl.net.ipv4.ip_forward=1\n", "/etc/sysctl.d/": ""]
    #expect(try await judged(contents)[persistent(forward)]?.state == .ok)
    let against = contents.merging(["/etc/sysctl.d/x.conf": "net.ipv4.ip_forward=0"]) { $1 }
    #expect(try await judged(against)[persistent(forward)]?.state == .warning)
  }

  @Test(arguments: [
    ("10-a.conf", CheckState.ok), ("99-z.conf", .unknown),
  ])
  func unreadableFileMattersOnlyWhereItMayDecide(name: String, state: CheckState) async throws {
    let path = "/etc/sysctl.d/\(name)"
    let contents = ["/etc/sysctl.d/50-k.conf": "net.ipv4.ip_forward = 1", path: "secret = 1"]
    #expect(try await judged(contents, forbidden: [path])[persistent(forward)]?.state == state)
    let glob = ["/etc/sysctl.d/50-k.conf": "net.ipv4.ip_* = 1", path: "secret = 1"]
    #expect(try await judged(glob, forbidden: [path])[persistent(forward)]?.state == .unknown)
  }

  @Test(arguments: [Role.loadBalancer, .storage])
  func hostWithoutKubeletIsSkipped(role: Role) async throws {
    let verdicts = try await judged(["/proc/sys/net/ipv4/ip_forward": "0\n"], roles: [role])
    #expect(Set(verdicts.values.map(\.state)) == [.skipped])
  }

  @Test func balancerWithAKubeletIsJudgedAsANode() async throws {
    let verdicts = try await judged(
      ["/proc/sys/net/ipv4/ip_forward": "0\n", "/usr/bin/kubelet": "\u{7f}ELF"], roles: [.loadBalancer])
    #expect(verdicts[values(forward)]?.state == .failing)
  }

  @Test func candidateIsJudgedAsAWorker() async throws {
    let verdicts = try await judged(["/proc/sys/net/ipv4/ip_forward": "0\n"], roles: [.candidate])
    #expect(verdicts[values(forward)]?.state == .failing)
  }

  @Test func metricsHoldEveryNumberThatWasRead() async throws {
    let test = try TestHost(
      ["/proc/sys/net/ipv4/ip_forward": "1\n", "/proc/sys/kernel/panic": "-1\n", "/proc/sys/vm/panic_on_oom": "x\n"])
    let plugin = SysctlPlugin(host: test.host)
    let families = plugin.metrics(try await plugin.observe(at: TestHost.time))
    #expect(families.map(\.name) == ["nodeagent_sysctl_value"])
    #expect(families[0].samples == [MetricSample(1, ["name": forward]), MetricSample(-1, ["name": "kernel.panic"])])
  }
}

@Suite struct SysctlRelevanceTests {
  private func cni(_ type: String, name: String = "cluster") -> [String: String] {
    [
      "/proc/sys/net/ipv4/ip_forward": "1\n",
      "/etc/cni/net.d/10-x.conflist": #"{"name": "\#(name)", "plugins": [{"type": "\#(type)"}, {"type": "portmap"}]}"#,
    ]
  }

  @Test(arguments: [
    ("flannel", "cbr0", CheckState.warning), ("bridge", "kubernetes", .warning),
    ("calico", "k8s-pod-network", .skipped),
    ("cilium-cni", "cilium", .skipped), ("bridge", "crio", .skipped), ("my-plugin", "x", .skipped),
  ])
  func bridgeParametersMatterByThePlugin(type: String, name: String, state: CheckState) async throws {
    let verdicts = try await judged(cni(type, name: name))
    #expect(verdicts[values("net.bridge.bridge-nf-call-iptables")]?.state == state)
  }

  @Test func missingBridgeParameterNamesTheModule() async throws {
    let verdict = try #require(try await judged(cni("flannel"))[values("net.bridge.bridge-nf-call-ip6tables")])
    #expect(verdict.summary.contains("br_netfilter is not loaded"))
    #expect(verdict.remedy?.hasPrefix("modprobe br_netfilter") == true)
  }

  @Test func bridgeParameterStartsRightWithoutAFile() async throws {
    let contents = cni("flannel").merging(["/etc/sysctl.d/x.conf": "vm.swappiness = 1"]) { $1 }
    let verdict = try #require(try await judged(contents)[persistent("net.bridge.bridge-nf-call-iptables")])
    #expect(verdict.state == .ok)
    #expect(verdict.summary.contains("when br_netfilter loads"))
  }

  @Test(arguments: [
    ["/etc/cni/net.d/10-x.conflist": #"{"plugins":[{"type":"calico","ipam":{"assign_ipv6":"true"}}]}"#],
    ["/etc/cni/net.d/10-x.conf": #"{"type":"bridge","ipam":{"ranges":[[{"subnet":"fd00:10:244::/64"}]]}}"#],
    [
      "/etc/kubernetes/manifests/kube-controller-manager.yaml":
        "spec:\n  - --cluster-cidr=10.244.0.0/16,fd00:10:244::/56\n"
    ],
    ["/etc/kubernetes/manifests/kube-apiserver.yaml": "    - --service-cluster-ip-range=fd00:10:96::/112,10.96.0.0/16"],
    ["/var/lib/kubelet/config.yaml": "clusterDNS: [fd00:10:96::a]\n"],
    ["/var/lib/kubelet/kubeadm-flags.env": "KUBELET_KUBEADM_ARGS=\"--node-ip=192.168.1.2,fd00::2\"\n"],
  ])
  func ipv6ForwardingMattersWherePodsHaveIPv6(contents: [String: String]) async throws {
    let kernel = ["/proc/sys/net/ipv6/conf/all/forwarding": "0\n", "/proc/sys/net/ipv6/conf/default/forwarding": "1\n"]
    let verdicts = try await judged(contents.merging(kernel) { $1 })
    #expect(verdicts[values("net.ipv6.conf.all.forwarding")]?.state == .failing)
    #expect(verdicts[values("net.ipv6.conf.default.forwarding")]?.state == .ok)
  }

  @Test func ipv4OnlyNodeIsNotAskedForIPv6() async throws {
    let verdict = try #require(try await judged(SysctlPluginTests.healthy)[values("net.ipv6.conf.all.forwarding")])
    #expect(verdict.state == .skipped)
    #expect(verdict.summary.contains("no IPv6 in the kubelet's --node-ip"))
  }

  @Test func exampleNetworkOfCRIOSaysNothingOfIPv6() async throws {
    let example = #"{"name":"crio","plugins":[{"type":"bridge","ipam":{"ranges":[[{"subnet":"1100:200::/24"}]]}}]}"#
    let contents = SysctlPluginTests.healthy.merging(["/etc/cni/net.d/00-crio.conflist": example]) { $1 }
    #expect(try await judged(contents)[values("net.ipv6.conf.all.forwarding")]?.state == .skipped)
  }

  @Test func protectedKernelDefaultsAreJudgedBothWays() async throws {
    let contents = [
      "/var/lib/kubelet/config.yaml": "kind: KubeletConfiguration\nprotectKernelDefaults: true\n",
      "/proc/sys/vm/overcommit_memory": "0\n", "/proc/sys/kernel/panic": "10\n", "/etc/sysctl.d/": "",
    ]
    let verdicts = try await judged(contents)
    #expect(verdicts[values("vm.overcommit_memory")]?.state == .failing)
    #expect(verdicts[values("vm.overcommit_memory")]?.summary.contains("the kubelet does not start") == true)
    #expect(
      verdicts[values("vm.overcommit_memory")]?.evidence.contains(
        Evidence("/var/lib/kubelet/config.yaml:2", "protectKernelDefaults = true")) == true)
    #expect(verdicts[values("kernel.panic")]?.state == .ok)
    #expect(verdicts[persistent("kernel.panic")]?.state == .warning)
    #expect(verdicts[persistent("vm.panic_on_oom")]?.state == .ok)
  }

  @Test func brokenKubeletConfigurationHidesItsParametersOnly() async throws {
    let verdicts = try await judged(
      SysctlPluginTests.healthy.merging(["/var/lib/kubelet/config.yaml": "a: [\n"]) { $1 })
    #expect(verdicts[values("vm.overcommit_memory")]?.state == .unknown)
    #expect(
      verdicts[values("vm.overcommit_memory")]?.evidence.first?.source.hasPrefix("/var/lib/kubelet/config.yaml:")
        == true)
    #expect(verdicts[values(forward)]?.state == .ok)
  }

  /// 2 is the default of Ubuntu and of Debian's systemd, and no Felix since Calico 3.12 refuses it.
  @Test(arguments: [
    ("0", true, CheckState.ok), ("1", true, .warning), ("2", true, .warning), ("1", false, .skipped),
    ("2", false, .skipped),
  ])
  func theFilterMattersToCalicosEBPFAlone(value: String, hasEBPF: Bool, state: CheckState) async throws {
    let contents = cni("calico").merging(["/proc/sys/net/ipv4/conf/all/rp_filter": "\(value)\n"]) { $1 }
    let links = hasEBPF ? ["/sys/class/net/bpfin.cali": "../../devices/virtual/net/bpfin.cali"] : [:]
    let verdicts = try await judged(contents, links: links)
    #expect(verdicts[values("net.ipv4.conf.all.rp_filter")]?.state == state)
    #expect(verdicts[persistent("net.ipv4.conf.all.rp_filter")]?.state == .skipped)
  }

  private static let ufw = [
    "/proc/sys/net/ipv4/ip_forward": "1\n", "/etc/sysctl.d/": "", "/usr/sbin/ufw": "",
    "/etc/ufw/ufw.conf": "ENABLED=yes\n", "/etc/default/ufw": "IPT_SYSCTL=/etc/ufw/sysctl.conf\n",
  ]

  /// ufw runs sysctl on its own file after systemd-sysctl.
  @Test(
    arguments: [
      (["/etc/ufw/sysctl.conf": "net/ipv4/ip_forward=1\n"], CheckState.ok, "/etc/ufw/sysctl.conf:1"),
      (["/etc/ufw/sysctl.conf": "net.ipv4.conf.all.forwarding = 1\n"], .ok, "/etc/ufw/sysctl.conf:1"),
      (["/etc/ufw/sysctl.conf": "#net/ipv4/ip_forward=1\n"], .warning, "no file sets it"),
      (
        ["/etc/ufw/sysctl.conf": "net/ipv4/ip_forward=0\n", "/etc/sysctl.d/k8s.conf": "net.ipv4.ip_forward = 1\n"],
        .warning, "/etc/ufw/sysctl.conf:1 sets it"
      ),
      (
        [
          "/etc/ufw/sysctl.conf": "net/ipv4/ip_forward=0\n", "/etc/ufw/ufw.conf": "ENABLED=no\n",
          "/etc/sysctl.d/k8s.conf": "net.ipv4.ip_forward = 1\n",
        ], .ok, "k8s.conf:1"
      ),
      (
        [
          "/etc/ufw/sysctl.conf": "net/ipv4/ip_forward=0\n", "/usr/lib/systemd/system/ufw.service": "[Service]\n",
          "/etc/sysctl.d/k8s.conf": "net.ipv4.ip_forward = 1\n",
        ], .ok, "k8s.conf:1"
      ),
      (
        ["/etc/sysctl.conf": "net.ipv4.ip_forward=1\n", "/etc/default/ufw": "IPT_SYSCTL=/etc/sysctl.conf\n"], .ok,
        "/etc/sysctl.conf:1"
      ),
      (
        [
          "/etc/ufw/sysctl.conf": "net/ipv4/ip_forward=0\n", "/etc/default/ufw": "",
          "/etc/sysctl.d/k.conf": "net.ipv4.ip_forward=1",
        ],
        .ok, "k.conf:1"
      ),
    ] as [([String: String], CheckState, String)]) func ufwSetsItsOwnFileLast(
      files: [String: String], state: CheckState, words: String
    ) async throws
  {
    let verdict = try #require(try await judged(Self.ufw.merging(files) { $1 })[persistent(forward)])
    #expect(verdict.state == state && verdict.summary.contains(words), "\(verdict)")
    if words.hasPrefix("/etc/ufw"), state == .warning {
      #expect(verdict.remedy?.contains(">> /etc/ufw/sysctl.conf") == true)
    }
  }

  @Test func aFileOfUfwThatCannotBeReadIsUnknown() async throws {
    let files = Self.ufw.merging(["/etc/ufw/sysctl.conf": "", "/etc/sysctl.d/k.conf": "net.ipv4.ip_forward=1"]) { $1 }
    #expect(try await judged(files, forbidden: ["/etc/ufw/sysctl.conf"])[persistent(forward)]?.state == .unknown)
  }

  /// The networks of containerd's example say nothing of the cluster's.
  @Test(arguments: [("containerd-net", CheckState.skipped), ("crio", .skipped), ("mine", .failing)])
  func anExampleWithIPv6MakesNoDualStack(name: String, state: CheckState) async throws {
    let network =
      #"{"name":"\#(name)","plugins":[{"type":"bridge","ipam":{"type":"host-local","subnet":"fd00:1::/64"}}]}"#
    let verdicts = try await judged([
      "/etc/cni/net.d/10-x.conflist": network, "/proc/sys/net/ipv6/conf/all/forwarding": "0\n",
    ])
    #expect(verdicts[values("net.ipv6.conf.all.forwarding")]?.state == state)
  }

  @Test(arguments: [("127", CheckState.warning), ("128", .warning), ("512", .ok), ("8192", .ok)])
  func fewInotifyInstancesAreAWarning(value: String, state: CheckState) async throws {
    let verdicts = try await judged(["/proc/sys/fs/inotify/max_user_instances": "\(value)\n"])
    #expect(verdicts[values("fs.inotify.max_user_instances")]?.state == state)
  }

  @Test(arguments: [("524288", CheckState.ok), ("8192", .warning)])
  func inotifyWatchesThatTheKernelSizesPersist(value: String, state: CheckState) async throws {
    let verdicts = try await judged(["/proc/sys/fs/inotify/max_user_watches": "\(value)\n", "/etc/sysctl.d/": ""])
    #expect(verdicts[persistent("fs.inotify.max_user_watches")]?.state == state)
  }

  @Test func strictARPIsAskedForWithIPVSOnly() async throws {
    let kernel = ["/proc/sys/net/ipv4/conf/all/arp_ignore": "0\n", "/proc/sys/net/ipv4/conf/all/arp_announce": "2\n"]
    #expect(try await judged(kernel)[values("net.ipv4.conf.all.arp_ignore")]?.state == .skipped)
    let module = kernel.merging(["/proc/net/ip_vs": ""]) { $1 }
    #expect(try await judged(module)[values("net.ipv4.conf.all.arp_ignore")]?.state == .skipped)
    let verdicts = try await judged(
      module, links: ["/sys/class/net/kube-ipvs0": "../../devices/virtual/net/kube-ipvs0"])
    #expect(verdicts[values("net.ipv4.conf.all.arp_ignore")]?.state == .warning)
    #expect(verdicts[values("net.ipv4.conf.all.arp_announce")]?.state == .ok)
    #expect(verdicts[persistent("net.ipv4.conf.all.arp_ignore")]?.state == .skipped)
  }
}

@Suite struct SysctlBalancerTests {
  static let table = """
    Main:
      +-- 0.0.0.0/0 3 0 5
         |-- 192.168.100.231
            /32 host LOCAL
         |-- 192.168.100.255
            /32 link BROADCAST

    """

  private func verdict(_ bind: String, keepalived: String = "", value: String = "0", table: String? = table)
    async throws
    -> Verdict?
  {
    var contents = [
      "/etc/haproxy/haproxy.cfg": "frontend api\n  \(bind)\n", "/etc/keepalived/keepalived.conf": keepalived,
      "/proc/sys/net/ipv4/ip_nonlocal_bind": "\(value)\n",
    ]
    contents["/proc/net/fib_trie"] = table
    return try await judged(contents, roles: [.loadBalancer])[values("net.ipv4.ip_nonlocal_bind")]
  }

  @Test(arguments: [
    ("bind 192.168.100.230:6443", CheckState.failing), ("bind 192.168.100.231:6443", .skipped),
    ("bind *:6443", .skipped), ("bind :6443", .skipped), ("bind 0.0.0.0:6443", .skipped),
    ("bind 127.0.0.1:9000", .skipped), ("bind [::]:6443", .skipped), ("bind /run/h.sock", .skipped),
    ("bind 192.168.100.231:80,192.168.100.230:6443", .failing), ("bind ipv4@192.168.100.230:6443", .failing),
    ("bind \"192.168.100.230:6443\"", .failing), ("bind 192.168.100.230:6443 transparent", .skipped),
    ("# bind 192.168.100.230:6443", .skipped), ("bind 192.168.100.255:1", .failing),
  ])
  func judgesByTheAddressThatIsBound(bind: String, state: CheckState) async throws {
    #expect(try await verdict(bind)?.state == state)
  }

  @Test(arguments: [
    ("net.ipv4.ip_forward", [Plane.workloads]), ("vm.overcommit_memory", [.workloads]),
    ("net.ipv4.ip_nonlocal_bind", []),
    ("net.bridge.bridge-nf-call-iptables", []),
  ]) func aBalancersParameterTakesNothingFromThisNodesPods(name: String, lost: [Plane]) throws {
    let key = try #require(SysctlKeys.all.first { $0.name.description == name })
    #expect(key.lost == lost)
  }

  @Test func holderOfTheMovingAddressIsAskedToo() async throws {
    let keepalived = "vrrp_instance a {\n  virtual_ipaddress { 192.168.100.231/24 dev eth0 }\n}\n"
    let found = try #require(try await verdict("bind 192.168.100.231:6443", keepalived: keepalived))
    #expect(found.state == .failing)
    #expect(
      found.evidence.contains(
        Evidence("/etc/haproxy/haproxy.cfg:2", "bind 192.168.100.231, which Keepalived moves")))
    #expect(try await verdict("bind 192.168.100.231:6443", keepalived: keepalived, value: "1")?.state == .ok)
  }

  @Test func withoutTheAddressTableItIsUnknown() async throws {
    #expect(try await verdict("bind 192.168.100.230:6443", table: nil)?.state == .unknown)
  }
}

@Suite struct SysctlSettingsTests {
  @Test func configuredValueReplacesTheKnownOneAndAddsOthers() async throws {
    let verdicts = try await judged(
      [
        "/proc/sys/net/ipv4/ip_forward": "0\n", "/proc/sys/vm/swappiness": "60\n",
        "/proc/sys/fs/inotify/max_user_instances": "128\n", "/proc/sys/net/ipv4/tcp_rmem": "4096\t131072\t6291456\n",
      ],
      settings: """
        sysctl.values:
          expect: {net.ipv4.ip_forward: 0, vm/swappiness: 10, fs.inotify.max_user_instances: 128,
            net.ipv4.tcp_rmem: "4096 131072 6291456"}
        """)
    #expect(verdicts[values(forward)]?.state == .ok)
    #expect(
      verdicts[values("vm.swappiness")]?.summary
        == "vm.swappiness is 60, not 10: the agent's configuration expects another value")
    #expect(verdicts[values("vm.swappiness")]?.state == .warning)
    #expect(verdicts[values("fs.inotify.max_user_instances")]?.state == .ok)
    #expect(verdicts[values("net.ipv4.tcp_rmem")]?.state == .ok)
  }

  @Test(arguments: ["../kcore", "net.ipv4.conf.*.rp_filter", "swappiness", "net.ipv4.a b", "", "/..", "net/./x"])
  func refusesWhatIsNoParameter(name: String) throws {
    let text = "sysctl.values: {expect: {\"\(name)\": 1}}"
    let node = try SettingsNode(top: YAMLParser.document(Array(text.utf8)), file: "test.yaml")
    let diagnostics = SettingsDiagnostics()
    _ = node.decodeChecks(SysctlSettings.self, into: diagnostics)
    #expect(diagnostics.problems.count == 1)
  }

  @Test(arguments: [
    ("1", "1", true), ("0x1", "1", true), ("01", "1", true), ("1 ", "1", true), ("4096\t8192", "4096 8192", true),
    ("2", "1", false),
    ("", "1", false), ("on", "on", true), ("08", "8", false), ("-1", "-1", true), ("+1", "1", false),
  ])
  func comparesAsTheKernelReads(value: String, wanted: String, expected: Bool) {
    #expect(SysctlExpectation.equals(wanted).accepts(value) == expected)
  }

  @Test func limitsNeedANumber() {
    #expect(!SysctlExpectation.atLeast(1).accepts("many"))
    #expect(!SysctlExpectation.atMost(1).accepts(""))
    #expect(SysctlExpectation.number("99999999999999999999") == nil)
  }
}
