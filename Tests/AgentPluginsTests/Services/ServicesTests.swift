import AgentCore
import Testing

@testable import AgentKnowledge
@testable import AgentPlugins

/// The plugins that only ask one page: kube-proxy, Felix, containerd, and the kubelet's health.
@Suite struct ServicesTests {
  private func verdict<P: Plugin>(
    _ make: (AgentKnowledge.Host) -> P, _ files: [String: String], http: String, check: CheckID
  ) async throws -> (verdict: Verdict, up: [Double]) {
    let recording = ["/recorded.yaml": http.isEmpty ? "" : "http:\n  - {\(http)}\n"]
    let host = try TestHost(files.merging(recording) { _, last in last })
    let plugin = make(host.host)
    let observation = try await plugin.observe(at: TestHost.time)
    let up = plugin.metrics(observation).first { $0.name == "nodeagent_endpoint_up" }?.samples.map(\.value) ?? []
    return (try #require(plugin.judge(observation).first { $0.check == check }), up)
  }

  @Test(arguments: [
    ("kube-proxy", "status: 200", CheckState.ok, [1.0]), ("kube-proxy", "status: 503, body: late", .failing, [0]),
    ("kube-proxy", "fails: connect, reason: connection refused", .failing, [0]),
    ("kubelet", "status: 200", .skipped, []),
  ]) func kubeProxyIsAskedWhereItRuns(name: String, answer: String, state: CheckState, up: [Double]) async throws {
    let found = try await verdict(
      { HealthPagePlugin(.kubeProxy, host: $0) }, ["/proc/7/comm": "\(name)\n"],
      http: "target: \"127.0.0.1:10256\", \(answer)",
      check: "kube-proxy.healthz")
    #expect(found.verdict.state == state && found.up == up, "\(found)")
  }

  @Test func felixIsAskedWhereItRuns() async throws {
    let ask = { (name: String, answer: String) in
      try await self.verdict(
        { HealthPagePlugin(.calico, host: $0) }, ["/proc/7/comm": "\(name)\n"],
        http: "target: \"127.0.0.1:9099\", \(answer)",
        check: "calico.felix"
      ).verdict
    }
    #expect(try await ask("calico-node", "status: 200").state == .ok)
    #expect(try await ask("calico-node", "status: 503, body: 'not live'").summary.contains("answers 503"))
    #expect(try await ask("bird", "status: 200").state == .skipped)
    let unseen = try await verdict({ HealthPagePlugin(.calico, host: $0) }, [:], http: "", check: "calico.felix")
    #expect(unseen.verdict.state == .unknown)
  }

  private static let joined = [
    "/etc/kubernetes/kubelet.conf": "", "/usr/bin/kubelet": "", "/var/lib/kubelet/config.yaml": "kind: x\n",
  ]

  @Test(arguments: [
    ("", "127.0.0.1:10248", "status: 200, body: ok", CheckState.ok), ("", "127.0.0.1:10248", "status: 500", .failing),
    ("", "127.0.0.1:10248", "fails: head, reason: no answer within 1 s", .failing),
    ("", "127.0.0.1:10248", "status: 301", .failing), ("", "127.0.0.1:9", "status: 200", .unknown),
    ("healthzPort: 10444\n", "127.0.0.1:10444", "status: 200", .ok),
    ("healthzPort: 0\n", "127.0.0.1:1", "status: 200", .skipped),
    ("healthzBindAddress: 0.0.0.0\n", "127.0.0.1:10248", "status: 200", .ok),
    ("healthzBindAddress: '::1'\n", "[::1]:10248", "status: 200", .ok),
    ("healthzBindAddress: example\n", "127.0.0.1:10248", "status: 200", .unknown),
    ("healthzPort: [\n", "127.0.0.1:10248", "status: 200", .unknown),
  ]) func theKubeletIsAskedWhereItsConfigurationSays(
    configuration: String, target: String, answer: String, state: CheckState
  ) async throws {
    var files = Self.joined
    files["/var/lib/kubelet/config.yaml"]? += configuration
    let found = try await verdict(
      { KubeletPlugin(host: $0) }, files, http: "target: \"\(target)\", \(answer)", check: "kubelet.healthz")
    #expect(found.verdict.state == state, "\(found.verdict)")
  }

  @Test(arguments: [
    ("containerd", "fails: head, reason: is no HTTP", CheckState.ok), ("containerd", "status: 200", .ok),
    ("containerd", "fails: connect, reason: connection refused", .failing), ("crio", "status: 200", .skipped),
  ]) func containerdMustAcceptAndNothingMore(runtime: String, answer: String, state: CheckState) async throws {
    var files = Self.joined
    files["/var/lib/kubelet/config.yaml"] = "containerRuntimeEndpoint: unix:///run/\(runtime)/\(runtime).sock\n"
    let found = try await verdict(
      { ContainerdPlugin(host: $0) }, files, http: "target: \"unix:/run/containerd/containerd.sock\", \(answer)",
      check: "containerd.responding")
    #expect(found.verdict.state == state, "\(found.verdict)")
  }

  private static let answers = "target: \"unix:/run/containerd/containerd.sock\", status: 200"
  private static let uri = "io.containerd.grpc.v1.cri"

  /// What switches the interface for Kubernetes off, in every version of the file, and what does not.
  @Test(
    arguments: [
      (["/etc/containerd/config.toml": "disabled_plugins = [\"cri\"]\n"], CheckState.failing),
      (["/etc/containerd/config.toml": "version = 1\ndisabled_plugins=[ 'aufs', 'cri' ]\n"], .failing),
      (
        ["/etc/containerd/config.toml": "disabled_plugins = [\n  \"aufs\",\n  \"\(uri)\", # off\n]\nversion = 2\n"],
        .failing
      ),
      (["/etc/containerd/config.toml": "version = 3\ndisabled_plugins = ['io.containerd.cri.v1.runtime']\n"], .failing),
      (
        [
          "/etc/containerd/config.toml": "version = 2\nimports = [\"conf.d/*.toml\"]\n",
          "/etc/containerd/conf.d/10.toml": "version = 2\ndisabled_plugins = [\"\(uri)\"]\n",
        ], .failing
      ),
      (
        [
          "/usr/lib/systemd/system/containerd.service":
            "[Service]\nExecStart=/usr/bin/containerd --config /etc/c.toml\n",
          "/etc/c.toml": "disabled_plugins = [\"cri\"]\n",
        ], .failing
      ),
      (
        [
          "/usr/lib/systemd/system/containerd.service": "[Service]\nExecStart=/usr/bin/containerd -c /etc/c.toml\n",
          "/etc/containerd/config.toml": "disabled_plugins = [\"cri\"]\n",
        ], .ok
      ),
      (["/etc/containerd/config.toml": "#disabled_plugins = [\"cri\"]\n"], .ok),
      (["/etc/containerd/config.toml": "disabled_plugins = []\n"], .ok),
      (["/etc/containerd/config.toml": "disabled_plugins = [\"aufs\"]\nx = [\"cri\"]\n"], .ok),
      (["/etc/containerd/config.toml": "version = 2\n[plugins.\"\(uri)\"]\ndisabled_plugins = [\"\(uri)\"]\n"], .ok),
      (
        [
          "/etc/containerd/config.toml": "version = 2\nimports = [\"conf.d/*.toml\", \"config.toml\"]\n",
          "/etc/containerd/conf.d/10.conf": "disabled_plugins = [\"cri\"]\n",
        ], .ok
      ),
      (["/etc/containerd/config.toml": String(repeating: "[", count: 100_000)], .ok), ([:], .ok),
      // A directory: what it would say is not known, so its socket alone does not make it well.
      (["/etc/containerd/config.toml/x": ""], .unknown),
    ] as [([String: String], CheckState)]) func containerdMayNotSwitchKubernetesOff(
      files: [String: String], state: CheckState
    ) async throws
  {
    var all = Self.joined.merging(files) { $1 }
    all["/var/lib/kubelet/config.yaml"] = "containerRuntimeEndpoint: unix:///run/containerd/containerd.sock\n"
    let found = try await verdict(
      { ContainerdPlugin(host: $0) }, all, http: Self.answers, check: "containerd.responding")
    #expect(found.verdict.state == state, "\(found.verdict)")
    if state == .failing { #expect(found.verdict.summary.hasPrefix("disabled_plugins in /etc/")) }
  }

  /// Docker brings containerd so; it matters before joining where there is no other runtime, and never beside one.
  @Test(
    arguments: [
      ([:], CheckState.failing), (["/usr/lib/systemd/system/crio.service": "[Service]\n"], .skipped),
      (["/usr/lib/systemd/system/cri-docker.service": "[Service]\n"], .skipped),
      (["/etc/containerd/config.toml": "disabled_plugins = []\n"], .skipped),
      (
        [
          "/etc/kubernetes/kubelet.conf": "",
          "/var/lib/kubelet/config.yaml": "containerRuntimeEndpoint: unix:///run/cri-dockerd.sock\n",
        ], .skipped
      ),
    ] as [([String: String], CheckState)]) func beforeJoiningTheOneRuntimeIsLookedAt(
      files: [String: String], state: CheckState
    ) async throws
  {
    let base = [
      "/usr/bin/kubelet": "",
      "/usr/lib/systemd/system/containerd.service": "[Service]\nExecStart=/usr/bin/containerd\n",
      "/etc/containerd/config.toml": "disabled_plugins = [\"cri\"]\n",
    ]
    let found = try await verdict(
      { ContainerdPlugin(host: $0) }, base.merging(files) { $1 }, http: Self.answers, check: "containerd.responding")
    #expect(found.verdict.state == state, "\(found.verdict)")
  }
}
