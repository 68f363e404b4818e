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

  private static func runtime(_ name: String) -> [String: String] {
    ["/var/lib/kubelet/config.yaml": "containerRuntimeEndpoint: unix:///run/\(name)/\(name).sock\n"]
  }
  private static let bridge = [
    "/etc/cni/net.d/05-x.conflist": #"{"name": "x", "plugins": [{"type": "bridge"}]}"#
  ]
  private static let first = [
    "/etc/cni/net.d/05-crio.conflist": #"{"name": "crio", "plugins": [{"type": "bridge"}]}"#, "/opt/cni/bin/bridge": "",
  ]
  private static func named(_ text: String, in file: String = "crio.conf.d/10.conf") -> [String: String] {
    ["/etc/crio/\(file)": "[crio.network]\ncni_default_network = \(text)\n"]
  }
  private static let example = [
    "/etc/cni/net.d/05-containerd-net.conflist":
      #"{"name": "containerd-net", "plugins": [{"type": "bridge", "ipam": {"type": "host-local", "subnet": "10.9.0.0/16"}}]}"#,
    "/opt/cni/bin/bridge": "",
  ]

  /// CRI-O passes over what it cannot use and takes the network that is named to it; containerd stops at the first file.
  @Test(
    arguments: [
      ([calico, runtime("crio"), ["/etc/cni/net.d/00-multus.conf": ""]], CheckState.ok, "k8s-pod-network"),
      ([calico, runtime("crio"), ["/etc/cni/net.d/00-x.conflist": #"{"plugins": []}"#]], .ok, "k8s-pod-network"),
      ([calico, runtime("crio"), bridge], .ok, "k8s-pod-network"),
      ([calico, runtime("crio"), bridge, ["/opt/cni/bin/bridge": ""]], .ok, "network x"),
      ([runtime("crio"), bridge], .failing, "plugins bridge is missing"),
      ([calico, runtime("containerd"), ["/etc/cni/net.d/00-multus.conf": ""]], .failing, "names no plugin"),
      ([calico, runtime("containerd"), bridge], .failing, "plugins bridge is missing"),
      ([calico, first, runtime("crio")], .failing, "comes before"),
      ([calico, first, runtime("crio"), named("'k8s-pod-network'")], .ok, "k8s-pod-network"),
      ([calico, first, runtime("crio"), named("\"k8s-pod-network\"", in: "crio.conf")], .ok, "k8s-pod-network"),
      (
        [calico, first, runtime("crio"), named("\"k8s-pod-network\"", in: "crio.conf"), named("\"\"")], .failing,
        "comes before"
      ),
      ([calico, runtime("crio"), named("\"flannel\"")], .failing, "to take flannel"),
      ([calico, first, runtime("containerd"), named("\"k8s-pod-network\"")], .failing, "comes before"),
      ([calico, example, runtime("containerd")], .failing, "pods get 10.9.0.0/16: containerd's example"),
      ([example, runtime("containerd")], .warning, "only containerd's own example"),
    ] as [([[String: String]], CheckState, String)]) func theRuntimeChooses(
      files: [[String: String]], state: CheckState, words: String
    ) async throws
  {
    let verdict = try await verdict([Self.joined] + files)
    #expect(verdict.state == state && verdict.summary.contains(words), "\(verdict)")
  }

  private static func keyfile(_ lines: String, _ path: String = "/etc/NetworkManager/conf.d/50.conf") -> [String:
    String]
  {
    [path: "[keyfile]\n\(lines)\n"]
  }

  /// The list of all files together, as NetworkManager.conf(5) adds it up.
  @Test(
    arguments: [
      ([keyfile("unmanaged-devices+=interface-name:cali*;interface-name:tunl*")], CheckState.ok),
      ([keyfile("unmanaged-devices=interface-name:tunl*,interface-name:cali*")], .ok),
      ([keyfile("unmanaged-devices=interface-name:~cali*")], .ok), ([keyfile("unmanaged-devices=type:veth")], .ok),
      ([keyfile("unmanaged-devices=*")], .ok), ([keyfile("unmanaged-devices=*;except:interface-name:eth0")], .ok),
      ([keyfile("unmanaged-devices=*;except:interface-name:cali*")], .warning),
      ([keyfile("unmanaged-devices=interface-name:=cali*")], .warning),
      ([keyfile("unmanaged-devices=interface-name:calico")], .warning),
      ([keyfile("#unmanaged-devices=interface-name:cali*")], .warning),
      (
        [
          keyfile("unmanaged-devices=interface-name:cali*"),
          keyfile("unmanaged-devices=interface-name:kube*", "/etc/NetworkManager/conf.d/60.conf"),
        ], .warning
      ),
      (
        [
          keyfile("unmanaged-devices=interface-name:cali*"),
          keyfile("unmanaged-devices+=interface-name:kube*", "/etc/NetworkManager/conf.d/60.conf"),
        ], .ok
      ),
      (
        [
          keyfile("unmanaged-devices=interface-name:cali*"),
          keyfile("unmanaged-devices-=interface-name:cali*", "/etc/NetworkManager/conf.d/60.conf"),
        ], .warning
      ),
      (
        [
          keyfile("unmanaged-devices=interface-name:cali*", "/usr/lib/NetworkManager/conf.d/50.conf"),
          keyfile("", "/etc/NetworkManager/conf.d/50.conf"),
        ], .warning
      ),
      ([["/etc/NetworkManager/conf.d/c.conf": "[main]\nunmanaged-devices=interface-name:cali*\n"]], .warning),
      ([keyfile("unmanaged-devices=interface-name:cali*\n[.config]\nenable=false")], .warning),
    ] as [([[String: String]], CheckState)]) func networkManagersListIsAddedUp(
      files: [[String: String]], state: CheckState
    ) async throws
  {
    #expect(try await verdict([Self.joined, Self.calico, Self.manager] + files).state == state)
  }

  @Test func aBalancerHasNoPods() async throws {
    #expect(try await verdict([], roles: [.loadBalancer]).state == .skipped)
  }
}
