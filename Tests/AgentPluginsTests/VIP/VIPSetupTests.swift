import AgentCore
import AgentHost
import Testing

@testable import AgentKnowledge
@testable import AgentPlugins
@testable import AgentText

@Suite struct VIPSetupTests {
  // MARK: - leader

  private func leader(
    held: String?, keepalived: Fact<KeepalivedConfiguration> = .absent, running: Set<VIPSetup.Mover> = []
  ) -> Verdict {
    var setup = VIPSample.setup
    setup.keepalived = keepalived
    setup.running = .known(running, source: "/proc")
    return VIPLeaderJudge(look: VIPSample.look(held: held, setup: setup)).verdict
  }

  @Test(
    arguments: [
      ("eth0", true, [.keepalived], CheckState.ok, "Keepalived runs"), ("eth0", true, [], .failing, "left behind"),
      ("eth0", true, [.kubeVIP], .failing, "left behind"),
      (nil, true, [.keepalived], .skipped, "known to Keepalived alone; 'enable_dbus' in global_defs lets"),
      (nil, true, [], .skipped, "Keepalived does not run here"),
      (nil, false, [], .skipped, "nothing on this host moves"),
      (nil, false, [.keepalived], .skipped, "nothing on this host moves"),
      ("eth0", false, [.kubeVIP], .ok, "kube-vip runs"),
      ("eth0", false, [], .warning, "nothing that is known to move it"),
      ("eth0", false, [.keepalived], .warning, "nothing that is known to move it"),
    ] as [(String?, Bool, Set<VIPSetup.Mover>, CheckState, String)]) func whoHoldsItShallHoldIt(
      held: String?, isConfigured: Bool, running: Set<VIPSetup.Mover>, state: CheckState, words: String
    ) throws
  {
    let keepalived = isConfigured ? try VIPSample.keepalived(VIPSample.instance) : .absent
    let verdict = leader(held: held, keepalived: keepalived, running: running)
    #expect(verdict.state == state && verdict.summary.contains(words), "\(verdict)")
    let isRemoved = state == .failing || state == .warning
    #expect(verdict.remedy == (isRemoved ? "ip address del 192.168.100.230/32 dev eth0" : nil))
  }

  /// Who alone answers for the address keeps it: its mover is started.
  @Test(
    arguments: [
      (true, [], CheckState.failing, "systemctl start keepalived.service"), (false, [], .warning, "ip -br address"),
      (false, [.keepalived], .warning, "ip -br address"),
    ] as [(Bool, Set<VIPSetup.Mover>, CheckState, String)]) func theOnlyHolderKeepsIt(
      isConfigured: Bool, running: Set<VIPSetup.Mover>, state: CheckState, remedy: String
    ) throws
  {
    var setup = VIPSample.setup
    if isConfigured { setup.keepalived = try VIPSample.keepalived(VIPSample.instance) }
    setup.running = .known(running, source: "/proc")
    for outcome in [VIPSample.answered([]), .denied("CAP_NET_RAW"), .failed("x"), .notRecorded] {
      let verdict = VIPLeaderJudge(look: VIPSample.look(outcome, held: "eth0", setup: setup)).verdict
      #expect(verdict.state == state && verdict.remedy?.hasPrefix(remedy) == true, "\(verdict)")
      #expect(verdict.remedy?.contains("address del") == false)
    }
  }

  @Test func whatMayMoveItAndCannotBeSeenIsUnknown() throws {
    let error = FileError("/etc/keepalived/keepalived.conf", .permissionDenied)
    #expect(leader(held: "eth0", keepalived: .unreadable(error)).state == .unknown)
    #expect(leader(held: "eth0", keepalived: try VIPSample.keepalived("@a b\n")).state == .unknown)
    #expect(leader(held: nil, keepalived: .unreadable(error)).state == .skipped)
    var setup = VIPSample.setup
    setup.running = .unreadable(FileError("/proc", .permissionDenied))
    #expect(VIPLeaderJudge(look: VIPSample.look(held: "eth0", setup: setup)).verdict.state == .unknown)
  }

  // MARK: - contamination

  private func contamination(_ addresses: [InterfaceAddress], nodeIP: KubeletSetting<String?>) -> CheckState {
    var setup = VIPSample.setup
    setup.nodeIP = nodeIP
    var table = VIPSample.table
    table.addresses = addresses
    return VIPContaminationJudge(look: VIPSample.look(setup: setup, table: table)).verdict.state
  }

  @Test func theSharedAddressIsNobodysOwn() {
    let (own, shared) = (
      VIPSample.entry(VIPSample.own, 24, "eth0", 2), VIPSample.entry(VIPSample.address, 32, "eth0", 2)
    )
    let alone = VIPSample.entry(VIPSample.address, 32, "eth1", 3)
    let unset = KubeletSetting<String?>.known(nil, source: "default")
    #expect(contamination([own, shared], nodeIP: unset) == .ok)
    #expect(contamination([own], nodeIP: unset) == .ok)
    #expect(contamination([shared, own], nodeIP: unset) == .warning)
    #expect(contamination([own, alone], nodeIP: unset) == .ok)
    #expect(contamination([own], nodeIP: .known("192.168.100.230", source: "x")) == .warning)
    #expect(contamination([own], nodeIP: .known("fd00::1,192.168.100.230", source: "x")) == .warning)
    #expect(contamination([own], nodeIP: .known("192.168.100.171", source: "x")) == .ok)
    let unseen = KubeletSetting<String?>.unknown(KubeletProblem("x", "no"))
    #expect(contamination([own], nodeIP: unseen) == .unknown)
    #expect(contamination([shared, own], nodeIP: unseen) == .warning)
  }

  private func tunnel(_ name: String, _ address: IPAddress?, held: Bool, order: Bool = false) -> Verdict {
    var table = VIPSample.table
    var link = NetworkLink(index: 9, name: name)
    link.kind = "vxlan"
    link.tunnelSource = address
    table.links.append(link)
    let shared = VIPSample.entry(VIPSample.address, 32, "eth0", 2)
    if held { table.addresses.insert(shared, at: order ? 0 : 1) }
    return VIPContaminationJudge(look: VIPSample.look(table: table)).verdict
  }

  @Test func aTunnelThatSendsFromTheSharedAddressBreaksWhenItMoves() {
    let here = tunnel("vxlan.calico", VIPSample.address, held: true)
    #expect(here.state == .warning)
    #expect(
      here.summary == "vxlan.calico sends from 192.168.100.230: the pod network breaks when it moves")
    #expect(here.evidence.map(\.value) == ["vxlan local 192.168.100.230"])
    let gone = tunnel("flannel.1", VIPSample.address, held: false)
    #expect(gone.state == .warning && gone.summary.contains("which is not here"))
    #expect(tunnel("vxlan.calico", VIPSample.own, held: true).state == .ok)
    #expect(tunnel("vxlan.calico", nil, held: true).state == .ok)
    // It says more than the order of addresses.
    #expect(tunnel("x", VIPSample.address, held: true, order: true).summary.hasPrefix("x sends"))
  }

  @Test(
    arguments: [
      ("vxlan.calico", "IP_AUTODETECTION_METHOD=kubernetes-internal-ip"), ("flannel.1", "--iface-can-reach="),
      ("vxlan0", nil),
    ] as [(String, String?)]) func theRemedyIsThatOfThePodNetwork(name: String, words: String?)
  {
    let remedy = tunnel(name, VIPSample.address, held: true).remedy
    #expect(words.map { remedy?.contains($0) == true } ?? (remedy == nil))
  }

  // MARK: - Keepalived's configuration

  private func configuration(_ text: String) throws -> Verdict {
    var setup = VIPSample.setup
    setup.keepalived = try VIPSample.keepalived(text)
    var table = VIPSample.table
    table.addresses.append(VIPSample.entry(IPAddress(v4: 0x0A00_0009), 24, "eth1", 3))
    table.addresses.append(VIPSample.entry(try IPAddress(settingsScalar: "fe80::1"), 64, "eth0", 2))
    return VIPConfigurationJudge(look: VIPSample.look(setup: setup, table: table), endpoint: nil).verdict
  }

  private static func second(
    interface: String = "eth0", number: Int = 51, address: String = "192.168.100.240", more: String = ""
  ) -> String {
    """
    vrrp_instance VI_2 {
      interface \(interface)
      virtual_router_id \(number)
      virtual_ipaddress {
        \(address)
      }
      \(more)
    }

    """
  }

  private static func peers(_ addresses: String...) -> String {
    "unicast_peer {\n\(addresses.joined(separator: "\n"))\n}"
  }

  private static func instance(more: String) -> String { instance(peers: more) }

  private static func weighted(_ weight: Int, more: String) -> String {
    instance(more: more).replacing("haproxy\"", with: "haproxy\"\nweight \(weight)")
  }

  private static func serving(_ server: String) -> String {
    VIPSample.instance.replacing("track_script", with: "x")
      + "virtual_server \(server) {\n real_server 10.0.0.1 1 {\n}\n}\n"
  }

  private static func instance(peers: String) -> String {
    VIPSample.instance.replacing("track_script", with: peers + "\ntrack_script")
  }

  @Test(
    arguments: [
      (VIPSample.instance, CheckState.ok, "sound"), ("", .skipped, "nothing on this host is configured"),
      (VIPSample.instance.replacing("track_script", with: "x"), .warning, "has no track_script"),
      (VIPSample.instance.replacing("eth0", with: "eth7"), .failing, "uses eth7"),
      (VIPSample.instance + second(), .failing, "virtual_router_id 51 is given twice on eth0: VI_API and VI_2"),
      (VIPSample.instance + second(interface: "eth1"), .ok, "sound"),
      (VIPSample.instance + second(number: 52), .ok, "sound"),
      (VIPSample.instance + second(address: "fd00::1"), .ok, "sound"),
      (VIPSample.instance + second(more: peers("10.0.0.1")), .ok, "sound"),
      (instance(peers: peers("10.0.0.2")) + second(more: peers("10.0.0.1")), .ok, "sound"),
      (instance(peers: peers("10.0.0.1", "10.0.0.2")) + second(more: peers("10.0.0.1")), .failing, "twice"),
      (instance(peers: peers("192.168.100.171")), .warning, "own address 192.168.100.171"),
      (instance(peers: peers("192.168.100.172")), .ok, "sound"),
      (VIPSample.instance + "}\n", .warning, "brace"),
      (serving("192.168.100.230 6443"), .ok, "sound"),
      (serving("192.168.100.231 6443"), .warning, "has no track_script"),
      (instance(more: "no_accept"), .failing, "drops what is sent"),
      (VIPSample.instance + second(more: "no_accept"), .failing, "twice"),
      (VIPSample.instance + second(number: 52, more: "no_accept"), .warning, "addresses of VI_2"),
      (instance(more: "unicast_src_ip 192.168.100.77\nunicast_peer {\n10.0.0.2\n}"), .failing, "192.168.100.77"),
      (instance(more: "unicast_src_ip 192.168.100.171\nunicast_peer {\n10.0.0.2\n}"), .ok, "sound"),
      // Without peers it falls back to multicast, which needs no address of its own to listen at.
      (instance(more: "unicast_src_ip 192.168.100.77"), .ok, "sound"),
      (weighted(-40, more: "nopreempt"), .warning, "has nopreempt"), (weighted(-40, more: ""), .ok, "sound"),
      (weighted(0, more: "nopreempt"), .ok, "sound"),
      (VIPSample.instance.replacing("eth0", with: "lo2"), .failing, "uses lo2"),

      (VIPSample.instance + "@x y\n", .unknown, "conditional"),
      // A part that is not evaluated may hold what seems to lack.
      (VIPSample.instance.replacing("track_script", with: "x") + "@x y\n", .unknown, "conditional"),
    ] as [(String, CheckState, String)]) func keepalivedsMistakes(text: String, state: CheckState, words: String) throws
  {
    let verdict = try configuration(text)
    #expect(verdict.state == state && verdict.summary.contains(words), "\(verdict)")
  }

  @Test func anInterfaceWithoutAnAddressOfItsOwnIsAFault() throws {
    var setup = VIPSample.setup
    setup.keepalived = try VIPSample.keepalived(VIPSample.instance)
    var table = VIPSample.table
    table.addresses = [VIPSample.entry(VIPSample.own, 24, "eth1", 3)]
    let verdict = VIPConfigurationJudge(
      look: VIPSample.look(held: "eth0", setup: setup, table: table), endpoint: nil
    ).verdict
    #expect(verdict.state == .failing && verdict.summary.contains("eth0 has no IPv4 address of its own"))
  }

  // MARK: - kube-vip's manifest

  private static func manifest(
    address: String = "192.168.100.230", interface: String = "eth0", election: String = "true",
    path: String = "/etc/kubernetes/admin.conf", more: String = "", mode: String = "{name: vip_arp, value: \"true\"}"
  ) -> String {
    """
    kind: Pod
    metadata: {name: kube-vip}
    spec:
      containers:
      - image: ghcr.io/kube-vip/kube-vip:v0.8.9
        env:
        - \(mode)
        - {name: vip_interface, value: "\(interface)"}
        - {name: vip_leaderelection, value: "\(election)"}
        - {name: address, value: "\(address)"}
    \(more)
      volumes:
      - hostPath: {path: \(path)}
        name: kubeconfig

    """
  }

  private func kubeVIP(_ manifest: String, more files: [String: String] = [:]) async throws -> Verdict {
    let contents = files.merging([
      "/etc/kubernetes/manifests/kube-vip.yaml": manifest, "/etc/kubernetes/admin.conf": "kind: Config\n",
      "/proc/1/comm": "init\n",
    ]) { $1 }
    let host = try TestHost(contents)
    let kubelet = try await host.host.kubelet.facts()
    let processes = await host.host.processes()
    let setup = try await host.host.read { VIPSetup.read($0, kubelet: kubelet, processes: processes) }
    let endpoint = ControlPlaneEndpoint.detect(
      host.files, configured: try Endpoint(settingsScalar: "192.168.100.230:6443"), isControlPlane: true)
    return VIPConfigurationJudge(look: VIPSample.look(setup: setup), endpoint: endpoint.value).verdict
  }

  @Test(
    arguments: [
      (manifest(), CheckState.ok, "kube-vip's configuration"), (manifest(interface: "ens18"), .failing, "ens18"),
      (manifest(interface: ""), .ok, "kube-vip's configuration"),
      (manifest(address: "192.168.100.230,fd00::230"), .ok, "kube-vip's configuration"),
      (manifest(address: "fd00::230, 192.168.100.230/32"), .ok, "kube-vip's configuration"),
      (manifest(address: "fd00::230,192.168.100.231"), .failing, "announces fd00::230 and 192.168.100.231, but"),
      (manifest(address: "192.168.100.230,1.2.3"), .failing, "is wrong"),
      (manifest(address: "api.example.org"), .skipped, "nothing on this host is configured"),
      (manifest(address: "", more: services), .skipped, "announces addresses of Services"),
      (manifest(more: services + controlPlane), .ok, "kube-vip's configuration"),
      (manifest(election: "T"), .ok, "kube-vip's configuration"),
      (manifest(election: "false", mode: "{name: bgp_enable, value: \"1\"}"), .ok, "kube-vip's configuration"),
      (manifest(election: "false"), .warning, "elects no leader"),
      (manifest(address: "192.168.100.231"), .failing, "shared address is 192.168.100.230"),
      (manifest(address: "1.2.3"), .failing, "is wrong"), (manifest(address: ""), .warning, "names no address"),
      (manifest(path: "/etc/kubernetes/super-admin.conf"), .failing, "super-admin.conf is no file here"),
      ("kind: Pod\nspec: {containers: [{image: etcd}]}\n", .skipped, "neither"), ("kind: [", .skipped, "neither"),
    ] as [(String, CheckState, String)]) func kubeVIPsMistakes(manifest: String, state: CheckState, words: String)
    async throws
  {
    let verdict = try await kubeVIP(manifest)
    #expect(verdict.state == state && verdict.summary.contains(words), "\(verdict)")
  }

  private static let services = "    - {name: svc_enable, value: \"true\"}"
  private static let controlPlane = "\n    - {name: cp_enable, value: \"True\"}"

  @Test func aKubeconfigThatTheKubeletMadeAnEmptyFileIsMissing() async throws {
    let path = "/etc/kubernetes/kube-vip.conf"
    let verdict = try await kubeVIP(Self.manifest(path: path), more: [path: ""])
    #expect(verdict.state == .failing && verdict.summary.contains("an empty one"))
    #expect(verdict.remedy?.contains("keepalived") == false)
  }

  @Test func flagsCountWhereTheEnvironmentSaysNothing() throws {
    let manifest = """
      kind: Pod
      metadata: {name: kube-vip}
      spec:
        containers:
        - image: ghcr.io/kube-vip/kube-vip:v1.0.1
          args: [manager, --bgp, --controlplane=true, --address, 192.168.100.230, --arp=false, --port=8443]
          env:
          - {name: port, value: "6443"}
      """
    let host = try TestHost(["/etc/kubernetes/manifests/kube-vip.yaml": manifest])
    let found = try #require(try KubeVIPManifest.find(host.files))
    #expect(found.mode == .bgp && found.movesControlPlane && !found.electsLeader)
    #expect(found.endpoints?.map(\.description) == ["192.168.100.230:6443"])
  }

  @Test func aKubeconfigThatTheKubeletMadeADirectoryIsMissing() async throws {
    let verdict = try await kubeVIP(
      Self.manifest(path: "/etc/kubernetes/super-admin.conf"), more: ["/etc/kubernetes/super-admin.conf/": ""])
    #expect(verdict.state == .failing)
    #expect(verdict.remedy?.hasPrefix("sed -i ") == true)
  }

  @Test func worstFindingFirst() async throws {
    let verdict = try await kubeVIP(Self.manifest(interface: "ens18", election: "false"))
    #expect(verdict.state == .failing && verdict.evidence.count == 2)
  }
}
