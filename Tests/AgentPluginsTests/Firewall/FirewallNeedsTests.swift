import AgentCore
import Testing

@testable import AgentKnowledge
@testable import AgentPlugins
@testable import AgentText

@Suite struct FirewallNeedsTests {
  private func needs(
    _ roles: Set<Role>, _ parts: [[String: String]] = [], kubelet: Bool = true, cluster: String = "",
    forbidden: [String] = []
  ) throws -> FirewallNeeds {
    let test = try TestHost(FirewallNode.joined([FirewallNode.tables] + parts), forbidden: forbidden)
    let settings: ClusterSettings = try Settings.load(text: Array(cluster.utf8), file: "f")["cluster"].decode()
    return FirewallNeedsReader(files: test.files, roles: roles, hasKubelet: kubelet, cluster: settings).needs()
  }

  private func traffic(
    _ roles: Set<Role>, _ parts: [[String: String]] = [], kubelet: Bool = true, cluster: String = ""
  ) throws -> [String] {
    try needs(roles, parts, kubelet: kubelet, cluster: cluster).list.map(\.traffic.description)
  }

  private static func manifest(_ flags: String) -> String {
    """
    kind: Pod
    metadata: {name: kube-apiserver}
    spec: {containers: [{name: kube-apiserver, command: [kube-apiserver\(flags)]}]}
    """
  }
  private static let etcd = ["/etc/kubernetes/manifests/etcd.yaml": "kind: Pod\n"]
  private static func apiServer(_ flags: String) -> [String: String] {
    ["/etc/kubernetes/manifests/kube-apiserver.yaml": manifest(flags)]
  }

  @Test(
    arguments: [
      ([Role.worker], true, ["10250/tcp", "19100/tcp"]), ([.candidate], true, ["10250/tcp", "19100/tcp"]),
      ([.controlPlane], true, ["6443/tcp", "2379/tcp", "2380/tcp", "10250/tcp", "19100/tcp"]),
      ([.loadBalancer], false, ["6443/tcp", "19100/tcp"]), ([.storage], false, ["2049/tcp", "19100/tcp"]),
      ([.loadBalancer, .storage], false, ["6443/tcp", "2049/tcp", "19100/tcp"]),
      ([.controlPlane, .loadBalancer], true, ["6443/tcp", "2379/tcp", "2380/tcp", "10250/tcp", "19100/tcp"]),
    ] as [(Set<Role>, Bool, [String])]) func everyRoleHasItsPorts(roles: Set<Role>, kubelet: Bool, ports: [String])
    throws
  {
    #expect(try traffic(roles, kubelet: kubelet) == ports)
  }

  @Test func theApiServersOwnPortAndAnEtcdElsewhere() throws {
    let port = Self.apiServer(", --secure-port=7443")
    #expect(try traffic([.controlPlane], [port, Self.etcd]).prefix(3) == ["7443/tcp", "2379/tcp", "2380/tcp"])
    #expect(try traffic([.controlPlane], [port]).prefix(2) == ["7443/tcp", "10250/tcp"])
  }

  @Test func aBalancerOfOtherPortsAndKeepalived() throws {
    let keepalived = ["/etc/keepalived/keepalived.conf": "vrrp_instance a {\n}\n"]
    let cluster = "cluster: {controlPlane: {endpoint: \"192.168.100.230:8443\"}}\n"
    #expect(
      try traffic([.loadBalancer], [keepalived], kubelet: false, cluster: cluster)
        == ["8443/tcp", "protocol 112", "19100/tcp"])
    let hidden = try needs([.loadBalancer], [keepalived], kubelet: false, forbidden: ["/etc/keepalived"])
    #expect(hidden.problems.map(\.description) == ["/etc/keepalived/keepalived.conf: permission denied"])
  }

  /// The network plugin by its configuration and by the interfaces that it made.
  @Test(
    arguments: [
      (FirewallNode.calico, [], ["179/tcp"]), (FirewallNode.calico, ["tunl0"], ["179/tcp", "protocol 4"]),
      (FirewallNode.calico, ["vxlan.calico"], ["4789/udp"]),
      (FirewallNode.calico, ["tunl0", "vxlan.calico"], ["4789/udp"]),
      (FirewallNode.calico, ["flannel.1"], ["8472/udp"]), (FirewallNode.flannel, [], ["8472/udp"]),
      (FirewallNode.flannel, ["flannel.1", "cni0"], ["8472/udp"]), (FirewallNode.flannel, ["cni0"], []),
      (FirewallNode.cilium, [], ["4240/tcp", "8472/udp"]),
      (FirewallNode.cilium, ["cilium_host", "cilium_vxlan"], ["4240/tcp", "8472/udp"]),
      (FirewallNode.cilium, ["cilium_host", "cilium_geneve"], ["4240/tcp", "6081/udp"]),
      (FirewallNode.cilium, ["cilium_host"], ["4240/tcp"]), ([:], ["tunl0"], []),
    ] as [([String: String], [String], [String])])
  func everyNetworkPluginHasItsOwn(plugin: [String: String], interfaces: [String], expected: [String]) throws {
    let found = try traffic([.worker], [plugin] + interfaces.map(FirewallNode.interface))
    #expect(found == ["10250/tcp"] + expected + ["19100/tcp"])
  }

  @Test func tunnelsOfCalicoAreLetInByCalico() throws {
    let list = try needs([.worker], [FirewallNode.calico, FirewallNode.interface("tunl0")]).list
    #expect(list.filter(\.isLetInByFelix).map(\.traffic) == [.ipInIP])
  }

  private static func listening(_ local: String) -> [String: String] {
    ["/proc/net/tcp": "sl\n 0: \(local) 00000000:0000 0A 0:0 0:0 0 0 0 77 1\n"]
  }

  @Test func typhaAndSpeakersAreKnownByTheirSockets() throws {
    let any = "00000000"
    #expect(
      try traffic([.worker], [FirewallNode.calico, Self.listening("\(any):1561")])
        == ["10250/tcp", "179/tcp", "5473/tcp", "19100/tcp"])
    #expect(
      try traffic([.worker], [Self.listening("\(any):1F0A")]) == ["10250/tcp", "7946/tcp", "7946/udp", "19100/tcp"])
    #expect(try traffic([.worker], [Self.listening("0100007F:1F0A")]) == ["10250/tcp", "19100/tcp"])
    let pools = "cluster: {serviceAddresses: {pools: [192.168.100.240-192.168.100.254]}}\n"
    #expect(try traffic([.candidate], cluster: pools) == ["10250/tcp", "7946/tcp", "7946/udp", "19100/tcp"])
    #expect(try traffic([.storage], kubelet: false, cluster: pools) == ["2049/tcp", "19100/tcp"])
  }

  @Test func anAgentOnTheLoopbackAddressNeedsNoPort() throws {
    #expect(try traffic([.worker], [Self.listening("0100007F:4A9C")]) == ["10250/tcp"])
    #expect(try traffic([.worker], [Self.listening("00000000:4A9C")]) == ["10250/tcp", "19100/tcp"])
  }

  @Test func theNetworkOfTheNodeIsThatOfItsAddress() async throws {
    let second = [
      "/proc/net/route": """
      Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
      enp1s0\t00000000\t0164A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
      enp1s0\t0064A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
      enp2s0\t0009A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0

      """
    ]
    let test = try TestHost(FirewallNode.joined([FirewallNode.tables, second, FirewallNode.worker]))
    let plain = NodeNetwork.read(test.files, kubelet: KubeletFacts(), peers: [])
    #expect(plain.interface == "enp1s0")
    #expect(plain.networks.map(\.description) == ["192.168.100.0/24"])
    let flag = [
      "/usr/lib/systemd/system/kubelet.service": "[Service]\nExecStart=/usr/bin/kubelet --node-ip=192.168.9.121\n"
    ]
    let named = try TestHost(FirewallNode.joined([FirewallNode.tables, second, FirewallNode.worker, flag]))
    let node = NodeNetwork.read(named.files, kubelet: try await named.host.kubelet.facts(), peers: [])
    #expect(node.interface == "enp2s0")
    #expect(node.networks.map(\.description) == ["192.168.9.0/24"])
    let empty = try TestHost.empty()
    let unseen = NodeNetwork.read(empty.files, kubelet: KubeletFacts(), peers: [])
    #expect(unseen.reach(ofSource: "192.168.100.0/24") == .some("192.168.100.0/24"))
    #expect(unseen.reach(ofSource: "0.0.0.0/0") == .everyone)
  }
}
