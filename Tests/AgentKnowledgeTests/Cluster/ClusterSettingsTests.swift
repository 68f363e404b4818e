import Testing

@testable import AgentKnowledge
@testable import AgentText

@Suite("The cluster section")
struct ClusterSettingsTests {
  @Test("Nothing is required")
  func empty() throws {
    for text in [
      "", "cluster:\n", "cluster: {}\n", "cluster: {controlPlane: , serviceAddresses: {}, storage: , tunnel: }\n",
    ] {
      let settings = try cluster(text)
      #expect(settings.controlPlane.endpoint == nil)
      #expect(settings.controlPlane.kubeconfig == nil)
      #expect(settings.controlPlane.manager == .auto)
      #expect(settings.controlPlane.members == [])
      #expect(settings.serviceAddresses.pools == [])
      #expect(settings.serviceAddresses.watched == [])
      #expect(settings.storage.nfs == [])
      #expect(settings.tunnel.server == nil)
      #expect(settings.tunnel.admin == nil)
      #expect(settings.tunnel.publicHosts == [])
    }
  }

  @Test("The section of a cluster on bare metal")
  func hybrid() throws {
    let settings = try cluster(
      """
      cluster:
        controlPlane:
          endpoint: 192.168.100.230:6443
          kubeconfig: /etc/nodeagent/probe.kubeconfig
          manager: keepalived
          members:
            - 192.168.100.231:6443   # n100-001
            - 192.168.100.232:6443   # n100-002
            - 192.168.100.233:6443   # n100-003
        serviceAddresses:
          pools: ["192.168.100.240-192.168.100.254"]
          inUse: [192.168.100.241]
          ingress:
            address: 192.168.100.240
            ports: [80, 443]
            hosts: [apps.example.org]
        storage:
          nfs:
            - server: 192.168.100.171   # nas-001
              export: /mnt/server
        tunnel:
          server: 161.132.4.98:7000
          admin: {url: "http://127.0.0.1:7400", user: admin, passwordFile: /etc/nodeagent/frpc.password}
          publicHosts: [apps.example.org]
      """)
    #expect(settings.controlPlane.endpoint?.description == "192.168.100.230:6443")
    #expect(settings.controlPlane.kubeconfig?.description == "/etc/nodeagent/probe.kubeconfig")
    #expect(settings.controlPlane.manager == .keepalived)
    #expect(settings.controlPlane.members.map { "\($0.host)" }.last == "192.168.100.233")
    #expect(settings.serviceAddresses.pools.map(\.count) == [15])
    #expect(settings.serviceAddresses.watched.map { "\($0)" } == ["192.168.100.240", "192.168.100.241"])
    #expect(settings.serviceAddresses.ingress?.ports.map(\.number) == [80, 443])
    #expect(settings.serviceAddresses.ingress?.hosts.map { "\($0)" } == ["apps.example.org"])
    #expect(settings.storage.nfs.map { "\($0)" } == ["192.168.100.171:/mnt/server"])
    #expect(settings.tunnel.server?.description == "161.132.4.98:7000")
    #expect(settings.tunnel.admin?.url.description == "http://127.0.0.1:7400")
    #expect(settings.tunnel.admin?.user == "admin")
    #expect(settings.tunnel.admin?.passwordFile?.description == "/etc/nodeagent/frpc.password")
    #expect(settings.tunnel.publicHosts.count == 1)
  }

  @Test("The section of a cluster of virtual machines")
  func proxmox() throws {
    let settings = try cluster(
      """
      cluster:
        controlPlane:
          endpoint: 192.168.9.120:6443
          manager: kube-vip
          members:
            - 192.168.9.121:6443   # k-master-1
            - 192.168.9.122:6443   # k-master-2
            - 192.168.9.123:6443   # k-master-3
      """)
    #expect(settings.controlPlane.manager == .kubeVIP)
    #expect(settings.controlPlane.members.count == 3)
    #expect(settings.serviceAddresses.ingress == nil)
  }

  @Test("What is not written has its default")
  func defaults() throws {
    let settings = try cluster(
      "cluster: {controlPlane: {manager: none}, serviceAddresses: {ingress: {address: 192.0.2.1}}, "
        + "tunnel: {admin: {url: http://127.0.0.1:7400}}}")
    #expect(settings.controlPlane.manager == .unmanaged)
    #expect(settings.serviceAddresses.ingress?.ports == [.http, .https])
    #expect(settings.serviceAddresses.watched.count == 1)
    #expect(settings.tunnel.admin?.user == nil)
  }

  @Test("The ingress may stand among the addresses in use, and is watched once")
  func ingressInUse() throws {
    let settings = try cluster(
      "cluster: {serviceAddresses: {inUse: [192.0.2.2, 192.0.2.1], ingress: {address: 192.0.2.1}}}")
    #expect(settings.serviceAddresses.watched.map { "\($0)" } == ["192.0.2.1", "192.0.2.2"])
  }

  @Test("What is in effect can be shown, and read back")
  func effective() throws {
    let text = "cluster: {controlPlane: {endpoint: '[2001:DB8::1]:6443'}, serviceAddresses: {pools: [192.0.2.0/30]}}"
    let diagnostics = SettingsDiagnostics()
    let node = try Settings.load(text: Array(text.utf8), file: "f")["cluster"]
    let _: ClusterSettings = node.decode(into: diagnostics)
    let shown = diagnostics.effective.map { "\($0.path): \($0.value)" }
    #expect(
      shown == [
        "cluster.controlPlane.endpoint: \"[2001:db8::1]:6443\"", "cluster.controlPlane.manager: auto",
        "cluster.controlPlane.members: []", "cluster.serviceAddresses.pools: [192.0.2.0-192.0.2.3]",
        "cluster.serviceAddresses.inUse: []", "cluster.tunnel.publicHosts: []",
      ])
    #expect(throws: Never.self) { try AddressRange(settingsScalar: "192.0.2.0-192.0.2.3") }
  }
}
