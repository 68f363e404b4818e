import AgentTesting
import Testing

@testable import AgentHost
@testable import AgentKnowledge
@testable import AgentText

/// What the files of CNI plugins say of the networks of pods.
@Suite struct PodNetworkTests {
  @Test(arguments: [
    ("10.244.0.0/16", "10.244.0.0/16"), ("10.244.3.7/16", "10.244.0.0/16"), ("2001:db8::1/64", "2001:db8::/64"),
    ("0.0.0.0/0", "0.0.0.0/0"),
  ]) func aNetworkIsReadAsGoReadsIt(text: String, network: String) {
    #expect(IPNetwork(cidr: text)?.description == network)
  }

  @Test(arguments: ["", "/", "10.244.0.0", "10.244.0.0/", "10.244.0.0/33", "10.244.0.0/+8", "10.244.0.0/16/1", "x/8"])
  func whatIsNoNetworkIsNone(text: String) { #expect(IPNetwork(cidr: text) == nil) }

  private func subnets(_ json: String) -> [String] {
    CNINetwork.parse(Array(json.utf8), path: "/etc/cni/net.d/10-x.conflist").subnets.map(\.description)
  }

  @Test func hostLocalStatesItsSubnets() {
    #expect(
      subnets(
        """
        {"name": "kindnet", "plugins": [{"type": "ptp", "ipam": {"type": "host-local",
          "ranges": [[{"subnet": "10.244.1.0/24"}], [{"subnet": "fd00:10:244:1::/64"}]]}}]}
        """) == ["10.244.1.0/24", "fd00:10:244:1::/64"])
    #expect(
      subnets(#"{"type": "bridge", "ipam": {"type": "host-local", "subnet": "10.22.0.0/16"}}"#) == ["10.22.0.0/16"])
  }

  @Test(arguments: [
    #"{"plugins": [{"type": "calico", "ipam": {"type": "calico-ipam", "subnet": "10.0.0.0/8"}}]}"#,
    #"{"type": "bridge", "ipam": {"type": "host-local", "subnet": "usePodCidr"}}"#,
    #"{"type": "bridge", "ipam": {"type": "host-local", "ranges": ["10.0.0.0/8", {"subnet": "10.0.0.0/8"}]}}"#,
    #"{"type": "flannel"}"#, #"{"ipam": []}"#, "[]", "{", "",
  ]) func othersStateNone(json: String) { #expect(subnets(json).isEmpty) }

  private func flannel(_ text: String?) throws -> [String] {
    let tree = try TemporaryTree(text.map { ["run/flannel/subnet.env": $0] } ?? [:])
    let files = HostFiles(root: try HostRoot(tree.path, mode: .recorded))
    return try FlannelNetwork.read(files).map { "\($0.network) \($0.source)" }
  }

  @Test func flannelStatesTheNetworkOfTheWholeCluster() throws {
    #expect(
      try flannel(
        """
        FLANNEL_NETWORK=10.244.0.0/16,10.245.0.0/16
        FLANNEL_SUBNET=10.244.2.1/24
        FLANNEL_IPV6_NETWORK=fd00:10:244::/56
        FLANNEL_MTU=1450
        """)
        == [
          "10.244.0.0/16 /run/flannel/subnet.env:1", "10.245.0.0/16 /run/flannel/subnet.env:1",
          "fd00:10:244::/56 /run/flannel/subnet.env:3",
        ])
    #expect(try flannel(nil).isEmpty)
    #expect(try flannel("FLANNEL_NETWORK=::/zz\nFLANNEL_NETWORK\n\0").isEmpty)
  }

  @Test func interfacesOfTheClusterAreToldFromTheNodes() {
    for name in [
      "cni0", "cali1234567890a", "tunl0", "vxlan.calico", "flannel.1", "flannel-v6.1", "cilium_host", "lxc_health",
      "kube-ipvs0", "docker0", "virbr0", "veth12345678",
    ] { #expect(PodInterface.isOne(name), "\(name)") }
    for name in ["eth0", "enp1s0", "wlan0", "br0", "vmbr0", "bond0.100", "wg0", "tailscale0", "ens18", "cniphys"] {
      #expect(!PodInterface.isOne(name), "\(name)")
    }
  }
}
