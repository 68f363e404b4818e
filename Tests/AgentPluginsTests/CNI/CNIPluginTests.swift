@testable import AgentText
@testable import AgentKnowledge
import AgentCore
import Testing

@testable import AgentPlugins

@Suite struct CNIPluginTests {
  private static let joined = ["/etc/kubernetes/kubelet.conf": "", "/usr/bin/kubelet": ""]
  private static let calico = [
    "/etc/cni/net.d/10-calico.conflist":
      #"{"name": "k8s-pod-network", "plugins": [{"type": "calico"}, {"type": "portmap"}]}"#,
    "/opt/cni/bin/calico": "", "/opt/cni/bin/portmap": "",
  ]
  private static let crio = [
    "/etc/cni/net.d/10-crio-bridge.conflist": #"{"name": "crio", "plugins": [{"type": "bridge"}]}"#,
    "/opt/cni/bin/bridge": "",
  ]
  private static let manager = [
    "/proc/7/comm": "NetworkManager\n", "/etc/NetworkManager/NetworkManager.conf": "[main]\n",
  ]

  private func verdict(_ files: [[String: String]], forbidden: [String] = [], roles: Set<Role>? = nil) async throws
    -> Verdict
  {
    let contents = files.reduce(into: [:]) { $0.merge($1) { _, last in last } }
    let host = try TestHost(contents, forbidden: forbidden, roles: roles)
    let plugin = CNIPlugin(host: host.host)
    let verdicts = plugin.judge(try await plugin.observe(at: TestHost.time))
    #expect(verdicts.count == 1)
    return try #require(verdicts.first)
  }

  @Test(
    arguments: [
      ([joined, calico], CheckState.ok, "k8s-pod-network"), ([joined, crio], .warning, "10.85.0.0/16"),
      (
        [joined, crio, ["/etc/cni/net.d/20-calico.conflist": #"{"type": "calico"}"#]], .failing,
        "comes before"
      ),
      ([joined], .failing, "no pod starts"), ([joined, ["/etc/cni/net.d/README": ""]], .failing, "no pod starts"),
      ([joined, ["/etc/cni/net.d/1.conf": "{"]], .failing, "names no plugin"),
      ([joined, ["/etc/cni/net.d/1.conf": #"{"type": "calico"}"#]], .failing, "plugins calico is missing"),
      ([joined, calico, manager], .warning, "NetworkManager"),
      (
        [
          joined, calico, manager,
          ["/etc/NetworkManager/conf.d/c.conf": "[keyfile]\nunmanaged-devices=interface-name:cali*\n"],
        ], .ok, "network"
      ),
      ([joined, crio, manager], .warning, "10.85.0.0/16"),
      (["/usr/bin/kubelet": ""].map { [$0.key: $0.value] }, .skipped, "not joined yet"),
      ([crio], .skipped, "not joined yet"),
    ] as [([[String: String]], CheckState, String)]) func theFirstFileDecides(
      files: [[String: String]], state: CheckState, words: String
    ) async throws
  {
    let verdict = try await verdict(files)
    #expect(verdict.state == state && verdict.summary.contains(words), "\(verdict)")
  }

  @Test func exampleBeforeTheClustersNetworkIsMovedAwayByTheRemedy() async throws {
    let remedy = try await verdict([Self.joined, Self.crio, ["/etc/cni/net.d/20-x.conf": #"{"type": "flannel"}"#]])
      .remedy
    #expect(remedy?.hasPrefix("mv /etc/cni/net.d/10-crio-bridge.conflist ") == true)
  }

  @Test(arguments: ["/etc/cni", "/opt/cni", "/etc/NetworkManager"]) func whatCannotBeSeenIsUnknown(path: String)
    async throws
  {
    #expect(try await verdict([Self.joined, Self.calico, Self.manager], forbidden: [path]).state == .unknown)
  }

  @Test func aBalancerHasNoPods() async throws {
    #expect(try await verdict([], roles: [.loadBalancer]).state == .skipped)
  }
}
