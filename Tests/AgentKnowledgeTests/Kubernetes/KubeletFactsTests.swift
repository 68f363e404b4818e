import AgentTesting
import Testing

@testable import AgentHost
@testable import AgentKnowledge

@Suite("The kubelet's facts")
struct KubeletFactsTests {
  /// What kubeadm's packages leave on a joined Debian node.
  static let debian = [
    "etc/kubernetes/kubelet.conf": "",
    "usr/bin/kubelet": "",
    "usr/lib/systemd/system/kubelet.service": "[Service]\nExecStart=/usr/bin/kubelet\nRestart=always\n",
    "usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf": """
    # Note: This dropin only works with kubeadm and kubelet v1.11+
    [Service]
    Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf"
    Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
    EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
    EnvironmentFile=-/etc/default/kubelet
    ExecStart=
    ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
    """,
    "var/lib/kubelet/kubeadm-flags.env":
      "KUBELET_KUBEADM_ARGS=\"--node-ip=10.0.0.5 --pod-infra-container-image=pause\"\n",
    "var/lib/kubelet/config.yaml": """
    apiVersion: kubelet.config.k8s.io/v1beta1
    kind: KubeletConfiguration
    cgroupDriver: systemd
    failSwapOn: true
    featureGates:
      NodeSwap: true
      Other: false
    memorySwap:
      swapBehavior: LimitedSwap
    staticPodPath: /etc/kubernetes/manifests
    staticPodURLHeader: {Authorization: [hidden]}
    """,
    "var/lib/dpkg/status": "Package: kubelet\nStatus: hold ok installed\nVersion: 1.32.3-1.1\n",
  ]

  private func facts(
    _ changes: [String: String?] = [:], forbidden: [String] = [], base: [String: String] = debian
  ) async throws -> KubeletFacts {
    let tree = try TemporaryTree(base.merging(changes.compactMapValues { $0 }) { $1 })
    for (name, content) in changes where content == nil { try tree.remove(name) }
    let files = HostFiles(root: try HostRoot(tree.path, mode: .recorded), forbidden: forbidden)
    return try await KubeletSource(files: files, worker: try Worker()).facts()
  }

  @Test("a joined node: version, settings and where each came from")
  func joined() async throws {
    let facts = try await facts()
    #expect(facts.joining == .joined)
    #expect(facts.program == .known("/usr/bin/kubelet", source: "/usr/bin/kubelet"))
    #expect(facts.version.value?.minor == 32)
    #expect(facts.version.source == "/var/lib/dpkg/status")
    #expect(facts.configurationFile.value == "/var/lib/kubelet/config.yaml")
    let settings = facts.configuration
    #expect(
      settings.bool(["failSwapOn"], flag: "fail-swap-on", default: false)
        == .known(true, source: "/var/lib/kubelet/config.yaml:4"))
    #expect(
      settings.text(["memorySwap", "swapBehavior"])
        == .known("LimitedSwap", source: "/var/lib/kubelet/config.yaml:9"))
    #expect(settings.featureGate("NodeSwap") == .known(true, source: "/var/lib/kubelet/config.yaml:6"))
    #expect(
      settings.text(["nodeIP"], flag: "node-ip")
        == .known("10.0.0.5", source: "--node-ip in /var/lib/kubelet/kubeadm-flags.env"))
    #expect(
      settings.bool(["protectKernelDefaults"], flag: "protect-kernel-defaults", default: false)
        == .known(false, source: "default"))
    #expect(settings.node(["staticPodURLHeader"]).value == .some(nil))
  }

  @Test("a flag in /etc/default/kubelet wins over the file")
  func flagWins() async throws {
    let facts = try await facts([
      "etc/default/kubelet": "KUBELET_EXTRA_ARGS='--fail_swap_on=false --feature-gates=NodeSwap=false,X=true'\n"
    ])
    #expect(
      facts.configuration.bool(["failSwapOn"], flag: "fail-swap-on", default: true)
        == .known(false, source: "--fail-swap-on in /etc/default/kubelet"))
    #expect(
      facts.configuration.featureGate("NodeSwap")
        == .known(false, source: "--feature-gates in /etc/default/kubelet"))
    #expect(facts.configuration.featureGate("Other").value == .some(false))
  }

  @Test(
    "switches are read as pflag reads them",
    arguments: [
      ("--fail-swap-on", true), ("--fail-swap-on false", true), ("--fail-swap-on=F", false),
      ("--fail-swap-on=0", false),
      ("--fail-swap-on=false --fail-swap-on=true", true), ("--fail-swap-on=no", nil), ("-fail-swap-on=false", false),
    ] as [(String, Bool?)])
  func switches(arguments: String, expected: Bool?) async throws {
    let facts = try await facts(["etc/default/kubelet": "KUBELET_EXTRA_ARGS=\(arguments)\n"])
    let setting = facts.configuration.bool(["failSwapOn"], flag: "fail-swap-on", default: true)
    #expect(setting.value == expected)
    #expect((setting.problem == nil) == (expected != nil))
  }

  @Test(
    "booleans of the file are YAML 1.1's, as the kubelet's are",
    arguments: [
      ("false", false), ("no", false), ("Off", false), ("y", true), ("\"no\"", nil), ("[]", nil), ("0", nil),
      ("null", true), ("", true),
    ] as [(String, Bool?)])
  func booleans(text: String, expected: Bool?) async throws {
    let facts = try await facts(["var/lib/kubelet/config.yaml": "failSwapOn: \(text)\n"])
    #expect(facts.configuration.bool(["failSwapOn"], default: true).value == expected)
  }

  @Test("drop-ins win in the order of their names, subdirectories where they stand; null gives the default back")
  func dropIns() async throws {
    let facts = try await facts([
      "etc/default/kubelet": "KUBELET_EXTRA_ARGS=--config-dir /etc/kubelet.d\n",
      "etc/kubelet.d/20-b.conf": "memorySwap: {swapBehavior: NoSwap}\n",
      "etc/kubelet.d/10-a/x.conf": "failSwapOn: false\n",
      "etc/kubelet.d/30-c.yaml": "failSwapOn: true\n", "etc/kubelet.d/40-d.conf": "cgroupDriver: null\n",
    ])
    let settings = facts.configuration
    #expect(settings.bool(["failSwapOn"], default: true) == .known(false, source: "/etc/kubelet.d/10-a/x.conf:1"))
    #expect(settings.text(["memorySwap", "swapBehavior"]).value == "NoSwap")
    #expect(settings.text(["cgroupDriver"]) == .known(nil, source: "default"))
    #expect(settings.featureGate("NodeSwap").value == .some(true))
  }

  @Test("a broken file makes its settings unknown with the place, and leaves the flags known")
  func broken() async throws {
    let facts = try await facts(["var/lib/kubelet/config.yaml": "kind: KubeletConfiguration\nfailSwapOn: [\n"])
    let problem = try #require(facts.configuration.bool(["failSwapOn"], default: true).problem)
    #expect(problem.source.hasPrefix("/var/lib/kubelet/config.yaml:"))
    #expect(facts.configuration.text(["nodeIP"], flag: "node-ip").value == "10.0.0.5")
  }

  @Test("a duplicate key: the last one wins, as for the kubelet")
  func duplicate() async throws {
    let facts = try await facts(["var/lib/kubelet/config.yaml": "failSwapOn: true\nfailSwapOn: false\n"])
    #expect(facts.configuration.bool(["failSwapOn"], default: true).value == false)
  }

  @Test(
    "an unreadable file makes exactly what it may set unknown",
    arguments: [
      ("/var/lib/kubelet/config.yaml", false), ("/etc/default/kubelet", true),
      ("/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf", true),
    ])
  func unreadable(path: String, hidesFlags: Bool) async throws {
    let facts = try await facts(["etc/default/kubelet": ""], forbidden: [path])
    #expect(
      facts.configuration.bool(["failSwapOn"], default: true)
        == .unknown(KubeletProblem(path, "permission denied", isHidden: true)))
    #expect((facts.configuration.text([], flag: "node-ip").problem != nil) == hidesFlags)
    #expect(facts.version.value?.minor == 32)
  }

  @Test("a drop-in of the administrator replaces the command and the configuration's path")
  func otherPath() async throws {
    let facts = try await facts([
      "etc/systemd/system/kubelet.service.d/20-own.conf":
        "[Service]\nExecStart=\nExecStart=-/usr/local/bin/kubelet --config /etc/kubelet.yaml\n",
      "usr/local/bin/kubelet": "", "etc/kubelet.yaml": "failSwapOn: false\n",
    ])
    #expect(facts.program.value == "/usr/local/bin/kubelet")
    #expect(facts.configuration.bool(["failSwapOn"], default: true).source == "/etc/kubelet.yaml:1")
    #expect(facts.version == .absent)
    #expect(facts.versionProblem != nil)
  }

  @Test("without a unit the files of kubeadm's packages are taken")
  func withoutUnit() async throws {
    let facts = try await facts(["etc/sysconfig/kubelet": "KUBELET_EXTRA_ARGS=--fail-swap-on=false\n"], base: [:])
    #expect(facts.unit == .absent)
    #expect(facts.configuration.bool(["failSwapOn"], flag: "fail-swap-on", default: true).value == false)
  }

  @Test("before the node joins, its settings are the defaults")
  func candidate() async throws {
    let facts = try await facts([
      "etc/kubernetes/kubelet.conf": nil, "var/lib/kubelet/config.yaml": nil,
      "var/lib/kubelet/kubeadm-flags.env": nil,
    ])
    #expect(facts.joining == .notJoined)
    #expect(facts.isPresent)
    #expect(facts.configurationFile == .absent)
    #expect(facts.configuration.bool(["failSwapOn"], default: true) == .known(true, source: "default"))
  }

  @Test("a host without anything of a kubelet, and one where everything is forbidden")
  func nothing() async throws {
    let empty = try await facts(base: [:])
    #expect(empty == KubeletFacts())
    let forbidden = try await facts(forbidden: ["/"], base: [:])
    #expect(forbidden.program.error != nil)
    #expect(forbidden.configuration.bool(["failSwapOn"], default: true).value == nil)
    #expect(forbidden.joining == .unknown(FileError("/etc/kubernetes/kubelet.conf", .permissionDenied)))
  }

  @Test(
    "damaged files never stop the reading",
    arguments: [[0xFF, 0xFE], [0], [0xEF, 0xBB, 0xBF], Array("a: 1\0".utf8), Array("- x".utf8), []] as [[UInt8]])
  func damaged(bytes: [UInt8]) async throws {
    let tree = try TemporaryTree(Self.debian)
    for name in ["var/lib/kubelet/config.yaml", "var/lib/dpkg/status"] { try tree.write(name, bytes: bytes) }
    let files = HostFiles(root: try HostRoot(tree.path, mode: .recorded))
    let facts = try await KubeletSource(files: files, worker: try Worker()).facts()
    #expect(facts.version == .absent)
    #expect(
      facts.configuration.bool(["failSwapOn"], default: true).problem?.source.hasPrefix(
        "/var/lib/kubelet/config.yaml:1:") == true)
  }

  @Test("a live program is asked for its version once, until it is replaced")
  func asked() async throws {
    let tree = try TemporaryTree(["usr/bin/kubelet": ""])
    let echo = try HostFiles(root: HostRoot("/", mode: .recorded)).bytes("/bin/echo", limit: .packageDatabase)
    try tree.write("usr/bin/kubelet", bytes: echo)
    try Permissions.makeExecutable(tree.path + "/usr/bin/kubelet")
    let path = tree.path
    let problem = try await withLoop { loop in
      let files = HostFiles(root: try HostRoot(path, mode: .live))
      let source = KubeletSource(files: files, worker: try Worker(), loop: loop)
      async let second = source.facts()
      let first = try await source.facts()
      #expect(try await second == first)
      return first.versionProblem
    }
    #expect(problem == "/usr/bin/kubelet --version: the answer is no version")
  }
}
