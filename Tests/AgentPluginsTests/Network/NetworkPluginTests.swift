import AgentCore
import Testing

@testable import AgentKnowledge
@testable import AgentPlugins
@testable import AgentText

@Suite struct NetworkPluginTests {
  private static let controllerManager = "/etc/kubernetes/manifests/kube-controller-manager.yaml"
  private static let apiServer = "/etc/kubernetes/manifests/kube-apiserver.yaml"

  private static func manifest(_ name: String, _ flags: [String]) -> String {
    let words = flags.map { "    - \($0)\n" }.joined()
    return "kind: Pod\nmetadata: {name: \(name)}\nspec:\n  containers:\n  - name: \(name)\n    command:\n" + words
  }

  /// A control-plane node with these networks.
  private static func master(pods: String?, services: String? = "10.96.0.0/12", advertise: String = "192.168.9.121")
    -> [String: String]
  {
    [
      controllerManager: manifest(
        "kube-controller-manager",
        ["kube-controller-manager"] + (pods.map { ["--cluster-cidr=\($0)"] } ?? [])
          + (services.map { ["--service-cluster-ip-range=\($0)"] } ?? [])),
      apiServer: manifest("kube-apiserver", ["kube-apiserver", "--advertise-address=\(advertise)"]),
    ]
  }

  private static let head = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
  /// 192.168.8.0/23 on ens18 with the gateway 192.168.8.1, as in cluster B.
  private static let lan =
    "ens18\t00000000\t0108A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
    + "ens18\t0008A8C0\t00000000\t0001\t0\t0\t100\t00FEFFFF\t0\t0\t0\n"

  private static func tables(_ routes: String, v6: String = "") -> [String: String] {
    ["/proc/net/route": head + routes, "/proc/net/fib_trie": "Local:\n", "/proc/net/if_inet6": v6]
  }

  private func verdicts(
    _ files: [[String: String]], forbidden: [String] = [], roles: Set<Role>? = nil, cluster: String = ""
  ) async throws -> [String: Verdict] {
    let settings = try Settings.load(text: Array(cluster.utf8), file: "c.yaml").decode(ClusterSettings.self)
    let host = try TestHost(
      files.reduce(into: [:]) { $0.merge($1) { _, last in last } }, forbidden: forbidden, roles: roles,
      cluster: settings)
    let plugin = NetworkPlugin(host: host.host)
    let verdicts = plugin.judge(try await plugin.observe(at: TestHost.time))
    #expect(!verdicts.isEmpty)
    #expect(verdicts.allSatisfy { $0.check == "network.cidr-overlap" })
    return Dictionary(uniqueKeysWithValues: verdicts.map { ($0.subject, $0) })
  }

  @Test func networksThatKeepOffAreWell() async throws {
    let verdicts = try await verdicts([Self.master(pods: "10.244.0.0/16"), Self.tables(Self.lan)])
    #expect(verdicts.mapValues(\.state) == ["10.244.0.0/16": .ok, "10.96.0.0/12": .ok])
    #expect(
      verdicts["10.244.0.0/16"]?.evidence == [
        Evidence("\(Self.controllerManager):8", "the pods' network 10.244.0.0/16")
      ])
  }

  private static let cilium = [
    "/etc/cni/net.d/05-cilium.conflist": #"{"name":"cilium","plugins":[{"type":"cilium-cni"}]}"#
  ]
  private static let joined = ["/etc/kubernetes/kubelet.conf": ""]
  /// 10.0.0.0/22 on eth0.
  private static let home = "eth0\t0000000A\t00000000\t0001\t0\t0\t0\t00FCFFFF\t0\t0\t0\n"
  private static func route(_ interface: String, _ destination: String, gateway: String, mask: String) -> String {
    "\(interface)\t\(destination)\t\(gateway)\t0003\t0\t0\t0\t\(mask)\t0\t0\t0\n"
  }

  /// A worker has no manifest that states the pods' network; its routes show it.
  @Test(
    arguments: [
      (route("cilium_host", "0001000A", gateway: "D101000A", mask: "00FFFFFF"), "10.0.1.0/24"),
      (route("flannel.1", "0003000A", gateway: "0003000A", mask: "00FFFFFF"), "10.0.3.0/24"),
      (route("vxlan.calico", "4002000A", gateway: "4002000A", mask: "C0FFFFFF"), "10.0.2.64/26"),
      (route("kube-bridge", "0001000A", gateway: "00000000", mask: "00FFFFFF"), "10.0.1.0/24"),
      (route("cilium_host", "0009000A", gateway: "D109000A", mask: "00FFFFFF"), nil),
      (route("cilium_host", "D101000A", gateway: "00000000", mask: "FFFFFFFF"), nil),
      (route("lxc12", "D101000A", gateway: "00000000", mask: "FFFFFFFF"), nil),
      (route("eth0", "0001000A", gateway: "0100000A", mask: "00FFFFFF"), nil),
      (route("docker0", "0001000A", gateway: "00000000", mask: "00FFFFFF"), nil),
    ] as [(String, String?)]) func routesTellThePodsNetworkOfAWorker(route: String, network: String?) async throws
  {
    let verdicts = try await verdicts([Self.joined, Self.cilium, Self.tables(Self.home + route)])
    let overlaps = verdicts.filter { $0.value.state == .failing }
    #expect(overlaps.map(\.key) == [network].compactMap(\.self))
    if network == nil { #expect(verdicts.values.allSatisfy { $0.state == .skipped }) }
  }

  @Test func calicosDefaultPoolCoversTheLAN() async throws {
    let verdicts = try await verdicts([Self.master(pods: "192.168.0.0/16"), Self.tables(Self.lan)])
    #expect(verdicts["10.96.0.0/12"]?.state == .ok)
    let verdict = verdicts["192.168.0.0/16"]
    #expect(verdict?.state == .failing)
    #expect(
      verdict?.summary
        == "192.168.0.0/16, the pods' network, overlaps the node's network 192.168.8.0/23 (ens18), the gateway "
        + "192.168.8.1 and this API server's address 192.168.9.121: pods cannot reach what lies there, and nodes lose it "
        + "once its addresses are given to pods")
    #expect(
      verdict?.remedy
        == "kubeadm init --pod-network-cidr=10.244.0.0/16 # builds the cluster anew; before it: kubeadm reset on every "
        + "node, which loses this one")
    #expect(verdict?.evidence.map(\.source).contains("/proc/net/route") == true)
  }

  /// The interfaces of the cluster, and routes that lead nowhere, are in the pods' network by design.
  @Test func whatCarriesThePodNetworkIsNoOverlap() async throws {
    let routes =
      Self.lan + """
        *\t4063F40A\t00000000\t0001\t0\t0\t0\tC0FFFFFF\t0\t0\t0
        cali0a1b2c3d4e5\t4163F40A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0
        tunl0\t0001F40A\t0264A8C0\t0003\t0\t0\t0\tC0FFFFFF\t0\t0\t0
        cni0\t0002F40A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
        flannel.1\t0003F40A\t0003F40A\t0003\t0\t0\t0\t00FFFFFF\t0\t0\t0
        cilium_host\t0004F40A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0

        """
    let v6 = "fd000010024400000000000000000001 05 40 00 80     cni0\n"
    let verdicts = try await verdicts([
      Self.master(pods: "10.244.0.0/16,fd00:10:244::/56"), Self.tables(routes, v6: v6),
    ])
    #expect(Set(verdicts.values.map(\.state)) == [.ok])
    #expect(verdicts.count == 3)
  }

  @Test func bothFamiliesAreCompared() async throws {
    let v6 = "20010db8000000000000000000000121 02 40 00 80    ens18\n"
    let verdicts = try await verdicts([
      Self.master(pods: "10.244.0.0/16,2001:db8::/32", services: "2001:db8:0:1::/112"), Self.tables(Self.lan, v6: v6),
    ])
    #expect(verdicts["10.244.0.0/16"]?.state == .ok)
    #expect(verdicts["2001:db8::/32"]?.state == .failing)
    #expect(verdicts["2001:db8::/32"]?.summary.contains("2001:db8::/64 (ens18) and the Services' network") == true)
    #expect(verdicts["2001:db8::/32"]?.remedy?.hasPrefix("kubeadm init --pod-network-cidr=fd00:10:244::/56 #") == true)
    #expect(verdicts["2001:db8:0:1::/112"]?.state == .ok, "the overlap with the pods is the pods' finding")
  }

  @Test func servicesOnTheLANTakeItsAddresses() async throws {
    let verdict = try await verdicts([
      Self.master(pods: "10.244.0.0/16", services: "192.168.9.0/24"), Self.tables(Self.lan),
    ])["192.168.9.0/24"]
    #expect(verdict?.state == .failing)
    #expect(
      verdict?.summary.hasSuffix("a Service that gets such an address takes it away from every node and pod") == true)
    #expect(verdict?.remedy?.hasPrefix("kubeadm init --service-cidr=10.96.0.0/12 #") == true)
  }

  @Test func podsAndServicesOverlapOnce() async throws {
    let verdicts = try await verdicts([Self.master(pods: "10.100.0.0/16"), Self.tables(Self.lan)])
    #expect(verdicts["10.96.0.0/12"]?.state == .ok)
    #expect(
      verdicts["10.100.0.0/16"]?.summary
        == "10.100.0.0/16, the pods' network, overlaps the Services' network 10.96.0.0/12: a pod and a Service may get "
        + "the same address, and neither is reached then")
    let same = try await self.verdicts([Self.master(pods: "10.96.0.0/12"), Self.tables(Self.lan)])
    #expect(same.mapValues(\.state) == ["10.96.0.0/12": .failing])
  }

  @Test func aWiderNetworkOfTheNodeOverlapsToo() async throws {
    let flat = "eth0\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0\n"
    let verdict = try await verdicts([
      Self.master(pods: "10.244.0.0/16", services: "172.20.0.0/16"), Self.tables(flat),
    ])["10.244.0.0/16"]
    #expect(verdict?.state == .failing)
    #expect(verdict?.summary.contains("machines there that have an address of it are not reached") == true)
    #expect(verdict?.remedy?.contains("172.30.0.0/16") == true, "the other networks of 10.0.0.0/8 are taken as well")
  }

  private static let whole = """
    controlPlane: {endpoint: "10.1.0.5:6443", members: ["10.2.0.5:6443"]}
    storage: {nfs: [{server: 10.3.0.5, export: /srv}, {server: nas.example.org, export: /srv}]}
    serviceAddresses: {pools: ["10.4.0.5-10.4.0.9"], inUse: [10.4.0.6]}
    """

  @Test(arguments: [
    ("10.1.0.0/16", "the API servers' endpoint 10.1.0.5"), ("10.2.0.0/16", "the API server 10.2.0.5"),
    ("10.3.0.0/16", "the NFS server 10.3.0.5"), ("10.4.0.0/16", "the pool 10.4.0.5-10.4.0.9"),
    ("10.4.0.7/32", "the pool 10.4.0.5-10.4.0.9"), ("10.5.0.0/16", "Keepalived's address 10.5.0.5"),
    ("10.6.0.0/16", "this API server's address 10.6.0.5"),
  ]) func whatTheNodeNeedsElsewhereIsKeptOff(pods: String, named: String) async throws {
    let verdict = try await verdicts(
      [
        Self.master(pods: pods, advertise: "10.6.0.5"), Self.tables(Self.lan),
        ["/etc/keepalived/keepalived.conf": "vrrp_instance a {\n virtual_ipaddress { 10.5.0.5/24 }\n}\n"],
      ], cluster: Self.whole)[pods]
    #expect(verdict?.state == .failing)
    #expect(verdict?.summary.hasPrefix("\(pods), the pods' network, overlaps \(named): pods cannot reach") == true)
  }

  @Test func aSummaryNamesThreeAndTheEvidenceAll() async throws {
    let verdict = try await verdicts(
      [Self.master(pods: "0.0.0.0/0"), Self.tables(Self.lan)], cluster: Self.whole)["0.0.0.0/0"]
    #expect(verdict?.summary.contains(" and 5 more: ") == true, "\(verdict?.summary ?? "")")
    #expect(verdict?.evidence.count == 9)
    #expect(verdict?.remedy != nil)
  }

  private static let worker = ["/etc/kubernetes/kubelet.conf": ""]

  @Test func aWorkerKnowsOnlyWhatItsCNIPluginStates() async throws {
    let none = try await verdicts([Self.worker, Self.tables(Self.lan)])
    #expect(
      none == [
        "": Verdict(
          "network.cidr-overlap", .skipped,
          "only a control-plane node's manifests state the pods' network and the Services' network")
      ])
    let flannel = try await verdicts([
      Self.worker, Self.tables(Self.lan), ["/run/flannel/subnet.env": "FLANNEL_NETWORK=192.168.0.0/16\n"],
    ])
    #expect(flannel.mapValues(\.state) == ["192.168.0.0/16": .failing, "": .skipped])
    #expect(flannel[""]?.summary == "only a control-plane node's manifests state the Services' network")
    let hostLocal =
      #"{"name": "k", "plugins": [{"type": "ptp", "ipam": {"type": "host-local", "subnet": "192.168.8.0/24"}}]}"#
    let local = try await verdicts([
      Self.worker, Self.tables(Self.lan), ["/etc/cni/net.d/10-k.conflist": hostLocal],
    ])
    #expect(local["192.168.8.0/24"]?.state == .failing)
  }

  @Test func crioOwnExampleIsNotTheClustersNetwork() async throws {
    let bridge = #"{"name": "crio", "type": "bridge", "ipam": {"type": "host-local", "subnet": "192.168.8.0/24"}}"#
    let verdicts = try await verdicts([
      Self.worker, Self.tables(Self.lan), ["/etc/cni/net.d/100-crio-bridge.conf": bridge],
    ])
    #expect(verdicts.mapValues(\.state) == ["": .skipped])
  }

  @Test func aMasterWithoutAPodNetworkIsToldSo() async throws {
    let verdicts = try await verdicts([Self.master(pods: nil), Self.tables(Self.lan)])
    #expect(verdicts.mapValues(\.state) == ["10.96.0.0/12": .ok, "": .skipped])
    #expect(verdicts[""]?.summary == "the static pods' manifests do not state the pods' network")
  }

  @Test func whatCannotBeSeenIsUnknownWithItsReason() async throws {
    let files = [Self.master(pods: "10.244.0.0/16"), Self.tables(Self.lan)]
    let manifests = try await verdicts(files, forbidden: ["/etc/kubernetes/manifests"], roles: [.controlPlane])
    #expect(manifests.mapValues(\.state) == ["": .unknown])
    #expect(manifests[""]?.summary.contains("\(Self.controllerManager): permission denied") == true)
    let routes = try await verdicts(files, forbidden: ["/proc"])
    #expect(routes.mapValues(\.state) == ["10.244.0.0/16": .unknown, "10.96.0.0/12": .unknown])
    #expect(routes["10.244.0.0/16"]?.summary.contains("/proc/net/if_inet6: permission denied") == true)
    let keepalived = try await verdicts(files, forbidden: ["/etc/keepalived"])
    #expect(keepalived["10.244.0.0/16"]?.state == .unknown)
    let half = try await verdicts([Self.master(pods: "10.244.0.0/16,nonsense"), Self.tables(Self.lan)])
    #expect(half.mapValues(\.state) == ["10.244.0.0/16": .ok, "10.96.0.0/12": .ok, "": .unknown])
    #expect(half[""]?.summary.contains("'nonsense' is not a network") == true)
  }

  @Test func anOverlapThatIsSeenOutweighsWhatIsNot() async throws {
    let verdicts = try await verdicts(
      [Self.master(pods: "10.100.0.0/16"), Self.tables(Self.lan)], forbidden: ["/proc"])
    #expect(verdicts["10.100.0.0/16"]?.state == .failing)
  }

  @Test func hostsOutsideTheClusterAreSkippedAndDeniedOnesUnknown() async throws {
    for role in Role.allCases {
      #expect(try await verdicts([Self.tables(Self.lan)], roles: [role]).mapValues(\.state) == ["": .skipped])
    }
    #expect(try await verdicts([]).mapValues(\.state) == ["": .skipped])
    #expect(try await verdicts([], forbidden: ["/"]).mapValues(\.state) == ["": .unknown])
  }
}
