@testable import AgentKnowledge
import AgentCore
import Testing

@testable import AgentPlugins
@testable import AgentText

/// A node 192.168.100.111 behind enp1s0, as the kernel and kubeadm leave it.
enum FirewallNode {
  static let network = NodeNetwork(
    interface: "enp1s0", family: .v4, networks: [parsed("192.168.100.0/24")].compactMap(\.self),
    own: [IPAddress(v4: 0xC0A8_646F)], peers: [IPAddress(v4: 0x0A01_0005)])

  private static func parsed(_ text: String) -> IPNetwork? { try? IPNetwork(settingsScalar: text) }

  static let tables = [
    "/proc/net/fib_trie": "  +-- 0.0.0.0/0 2 0 2\n     |-- 192.168.100.111\n        /32 host LOCAL\n",
    "/proc/net/route": """
    Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
    enp1s0\t00000000\t0164A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
    enp1s0\t0064A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0

    """,
    "/proc/1/comm": "systemd\n", "/sys/class/net/enp1s0/mtu": "1500\n", "/sys/class/net/lo/mtu": "65536\n",
  ]
  static let worker = [
    "/etc/kubernetes/kubelet.conf": "", "/usr/bin/kubelet": "", "/var/lib/kubelet/config.yaml": "kind: x\n",
  ]
  static let calico = [
    "/etc/cni/net.d/10-calico.conflist": #"{"name":"k8s-pod-network","plugins":[{"type":"calico"}]}"#
  ]
  static let flannel = ["/etc/cni/net.d/10-flannel.conflist": #"{"name":"cbr0","plugins":[{"type":"flannel"}]}"#]
  static let cilium = ["/etc/cni/net.d/05-cilium.conflist": #"{"name":"cilium","plugins":[{"type":"cilium-cni"}]}"#]

  static func interface(_ name: String) -> [String: String] { ["/sys/class/net/\(name)/mtu": "1450\n"] }

  static func joined(_ parts: [[String: String]]) -> [String: String] {
    parts.reduce(into: [:]) { $0.merge($1) { _, last in last } }
  }

  /// The verdict of the plugin on a host with these files.
  static func verdict(
    _ parts: [[String: String]], links: [String: String] = [:], forbidden: [String] = [], roles: Set<Role>? = nil
  ) async throws -> Verdict {
    let test = try TestHost(joined([tables] + parts), links: links, forbidden: forbidden, roles: roles)
    let plugin = FirewallPlugin(host: test.host)
    let verdicts = plugin.judge(try await plugin.observe(at: TestHost.time))
    #expect(verdicts.count == 1)
    return try #require(verdicts.first)
  }
}
