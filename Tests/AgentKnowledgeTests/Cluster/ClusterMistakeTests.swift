import Testing

@testable import AgentText

@Suite("Mistakes in the cluster section")
struct ClusterMistakeTests {
  /// A section on line 2, at column 3, and what is said about it.
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let expected: [String]

    init(_ text: String, _ expected: String...) { (self.text, self.expected) = (text, expected) }

    var testDescription: String { text }
  }

  private func expect(_ wrong: Case) {
    let errors = #expect(throws: SettingsErrors.self) { try cluster("cluster:\n  " + wrong.text) }
    #expect(errors?.problems.map(\.description) == wrong.expected)
  }

  @Test(
    "Of the control plane",
    arguments: [
      Case(
        "controlPlane: {kubeconfig: /etc/kubernetes/admin.conf}",
        "f:2:30: key 'cluster.controlPlane.kubeconfig': '/etc/kubernetes/admin.conf' gives the agent every right on "
          + "the cluster; allowed: the kubeconfig of an identity that may only read, or none: probes are anonymous then"
      ),
      Case(
        "controlPlane: {kubeconfig: /root/super-admin.conf}",
        "f:2:30: key 'cluster.controlPlane.kubeconfig': '/root/super-admin.conf' gives the agent every right on "
          + "the cluster; allowed: the kubeconfig of an identity that may only read, or none: probes are anonymous then"
      ),
      Case(
        "controlPlane: {kubeconfig: probe.kubeconfig}",
        "f:2:30: key 'cluster.controlPlane.kubeconfig': 'probe.kubeconfig' is not an absolute path; "
          + "allowed: a path that begins with /"),
      Case(
        "controlPlane: {endpoint: 192.168.100.230}",
        "f:2:28: key 'cluster.controlPlane.endpoint': '192.168.100.230' has no port; "
          + "allowed: HOST:PORT, as in 192.0.2.1:6443 or [2001:db8::1]:6443"),
      Case(
        "controlPlane: {endpoint: 0.0.0.0:6443}",
        "f:2:28: key 'cluster.controlPlane.endpoint': '0.0.0.0' is not the address of one host; "
          + "allowed: a unicast address"),
      Case(
        "controlPlane: {endpoint: 192.168.100.230:66443}",
        "f:2:28: key 'cluster.controlPlane.endpoint': '66443' is not a port; allowed: 1 to 65535"),
      Case(
        "controlPlane: {manager: kubevip}",
        "f:2:27: key 'cluster.controlPlane.manager': 'kubevip' is none of the values (did you mean 'kube-vip'?); "
          + "allowed: auto, keepalived, kube-vip, none"),
      Case(
        "controlPlane: {members: [a:6443, 192.0.2.1:6443, A:6443, 224.0.0.1:1]}",
        "f:2:52: key 'cluster.controlPlane.members[2]': 'a:6443' is given twice, "
          + "first at cluster.controlPlane.members[0]; allowed: once",
        "f:2:60: key 'cluster.controlPlane.members[3]': '224.0.0.1' is not the address of one host; "
          + "allowed: a unicast address"),
      Case(
        "controlPlane: {members: a:6443}",
        "f:2:27: key 'cluster.controlPlane.members': is the string 'a:6443', not a list; "
          + "allowed: a list, as in [a, b]"),
      Case(
        "controlPlane: {kubeConfig: /x}",
        "f:2:18: key 'cluster.controlPlane.kubeConfig': unknown key (did you mean 'kubeconfig'?); "
          + "allowed keys: endpoint, kubeconfig, manager, members"),
      Case(
        "controlplane: {}",
        "f:2:3: key 'cluster.controlplane': unknown key (did you mean 'controlPlane'?); "
          + "allowed keys: controlPlane, serviceAddresses, storage, tunnel"),
    ])
  func controlPlane(wrong: Case) { expect(wrong) }

  @Test(
    "Of the service addresses",
    arguments: [
      Case(
        "serviceAddresses: {pools: [192.0.2.0/28, 198.51.100.0/24, 192.0.2.15-192.0.2.20]}",
        "f:2:61: key 'cluster.serviceAddresses.pools[2]': '192.0.2.15-192.0.2.20' overlaps '192.0.2.0-192.0.2.15' of "
          + "cluster.serviceAddresses.pools[0]; allowed: pools that share no address"),
      Case(
        "{serviceAddresses: {pools: [10.0.0.0/24, 192.168.100.0/24]}, controlPlane: {endpoint: 192.168.100.230:6443}}",
        "f:2:44: key 'cluster.serviceAddresses.pools[1]': '192.168.100.0-192.168.100.255' contains the control-plane "
          + "endpoint 192.168.100.230; allowed: ranges without that address"),
      Case(
        "serviceAddresses: {pools: [10.0.0.0/8]}",
        "f:2:30: key 'cluster.serviceAddresses.pools[0]': '10.0.0.0/8' has more than 65536 addresses; "
          + "allowed: a network of /16 or longer"),
      Case(
        "serviceAddresses: {pools: [224.0.0.0/24]}",
        "f:2:30: key 'cluster.serviceAddresses.pools[0]': '224.0.0.0' is not the address of one host; "
          + "allowed: a unicast address"),
      Case(
        "serviceAddresses: {pools: [192.0.2.0/30, 192.0.2.8/31], inUse: [192.0.2.1, 192.0.2.4], "
          + "ingress: {address: 192.0.2.5}}",
        "f:2:78: key 'cluster.serviceAddresses.inUse[1]': '192.0.2.4' is in no pool; "
          + "allowed: an address of 192.0.2.0-192.0.2.3, 192.0.2.8-192.0.2.9",
        "f:2:109: key 'cluster.serviceAddresses.ingress.address': '192.0.2.5' is in no pool; "
          + "allowed: an address of 192.0.2.0-192.0.2.3, 192.0.2.8-192.0.2.9"),
      Case(
        "serviceAddresses: {pools: [192.0.2.0/33], inUse: [192.0.2.1]}",
        "f:2:30: key 'cluster.serviceAddresses.pools[0]': '/33' is not a prefix length of IPv4; allowed: /0 to /32"),
      Case(
        "serviceAddresses: {inUse: [192.0.2.1, 192.0.2.1]}",
        "f:2:41: key 'cluster.serviceAddresses.inUse[1]': '192.0.2.1' is given twice, "
          + "first at cluster.serviceAddresses.inUse[0]; allowed: once"),
      Case(
        "serviceAddresses: {inUse: [apps.example.org]}",
        "f:2:30: key 'cluster.serviceAddresses.inUse[0]': 'apps.example.org' is not an IP address; "
          + "allowed: an IPv4 or IPv6 address, as in 192.0.2.1 or 2001:db8::1"),
      Case(
        "serviceAddresses: {ingress: {address: 192.0.2.1, ports: [80, 0, 65536, 80, https]}}",
        "f:2:64: key 'cluster.serviceAddresses.ingress.ports[1]': '0' is not a port; allowed: 1 to 65535",
        "f:2:67: key 'cluster.serviceAddresses.ingress.ports[2]': '65536' is not a port; allowed: 1 to 65535",
        "f:2:74: key 'cluster.serviceAddresses.ingress.ports[3]': '80' is given twice, "
          + "first at cluster.serviceAddresses.ingress.ports[0]; allowed: once",
        "f:2:78: key 'cluster.serviceAddresses.ingress.ports[4]': is the string 'https'; allowed: an integer"),
      Case(
        "serviceAddresses: {ingress: {address: 192.0.2.1, ports: []}}",
        "f:2:59: key 'cluster.serviceAddresses.ingress.ports': is an empty list; "
          + "allowed: at least one port, or no such key: 80 and 443 then"),
      Case(
        "serviceAddresses: {ingress: {hosts: [a.b, A.B, 192.0.2.1]}}",
        "f:2:31: key 'cluster.serviceAddresses.ingress.address': is missing; this key is required",
        "f:2:45: key 'cluster.serviceAddresses.ingress.hosts[1]': 'a.b' is given twice, "
          + "first at cluster.serviceAddresses.ingress.hosts[0]; allowed: once",
        "f:2:50: key 'cluster.serviceAddresses.ingress.hosts[2]': '192.0.2.1' is an address; "
          + "allowed: a host name, as in apps.example.org"),
    ])
  func serviceAddresses(wrong: Case) { expect(wrong) }

  @Test(
    "Of storage",
    arguments: [
      Case(
        "storage: {nfs: [{server: nas, export: /a}, {server: NAS, export: /a}]}",
        "f:2:46: key 'cluster.storage.nfs[1]': 'nas:/a' is given twice, first at cluster.storage.nfs[0]; allowed: once"),
      Case(
        "storage: {nfs: [{server: nas}]}",
        "f:2:19: key 'cluster.storage.nfs[0].export': is missing; this key is required"),
      Case(
        "storage: {nfs: [{server: 192.0.2, export: mnt}]}",
        "f:2:28: key 'cluster.storage.nfs[0].server': '192.0.2' ends in a number and is not an IPv4 address; "
          + "allowed: a name whose last part is not a number",
        "f:2:45: key 'cluster.storage.nfs[0].export': 'mnt' is not an absolute path; "
          + "allowed: a path that begins with /"),
      Case(
        "storage: {nfs: {server: nas, export: /a}}",
        "f:2:18: key 'cluster.storage.nfs': is a mapping, not a list; allowed: a list of mappings"),
    ])
  func storage(wrong: Case) { expect(wrong) }

  @Test(
    "Of the tunnel",
    arguments: [
      Case(
        "tunnel: {admin: {url: http://127.0.0.1:7400, user: admin}}",
        "f:2:54: key 'cluster.tunnel.admin.user': is given without 'passwordFile'; allowed: both keys or neither"),
      Case(
        "tunnel: {admin: {url: http://127.0.0.1:7400, passwordFile: /p}}",
        "f:2:62: key 'cluster.tunnel.admin.passwordFile': is given without 'user'; allowed: both keys or neither"),
      Case(
        "tunnel: {admin: {url: http://127.0.0.1:7400, user: 'a:b', passwordFile: /p}}",
        "f:2:54: key 'cluster.tunnel.admin.user': has a colon or a control character; "
          + "allowed: a name without them (RFC 7617)"),
      Case(
        "tunnel: {admin: {url: 'http://admin:s3cret@127.0.0.1:7400'}}",
        "f:2:25: key 'cluster.tunnel.admin.url': holds user information, and a password has no place here; "
          + "allowed: a URL without it; the name belongs in 'user', the password in the file that 'passwordFile' names"),
      Case(
        "tunnel: {admin: {url: 'unix:///run/frpc.sock'}}",
        "f:2:25: key 'cluster.tunnel.admin.url': is not an http or https URL; "
          + "allowed: http://HOST:PORT or https://HOST:PORT"),
      Case(
        "tunnel: {admin: {}}",
        "f:2:19: key 'cluster.tunnel.admin.url': is missing; this key is required"),
      Case(
        "tunnel: {admin: {url: http://a, password: s3cret}}",
        "f:2:35: key 'cluster.tunnel.admin.password': unknown key (did you mean 'passwordFile'?); "
          + "allowed keys: passwordFile, url, user"),
      Case(
        "tunnel: {server: '[ff02::1]:7000', publicHosts: [a.b, a.b]}",
        "f:2:20: key 'cluster.tunnel.server': 'ff02::1' is not the address of one host; allowed: a unicast address",
        "f:2:57: key 'cluster.tunnel.publicHosts[1]': 'a.b' is given twice, first at cluster.tunnel.publicHosts[0]; "
          + "allowed: once"),
    ])
  func tunnel(wrong: Case) { expect(wrong) }
}
