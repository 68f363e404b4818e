import AgentCore
import Testing

@testable import AgentKnowledge
@testable import AgentPlugins
@testable import AgentText

@Suite("The node's name and address")
struct NodeIdentityTests {
  private static let long63 = String(repeating: "a", count: 63)
  private static let long64 = String(repeating: "a", count: 64)

  @Test(
    "names of nodes",
    arguments: [
      ("n100-001", nil), ("k-worker-1.example.org", nil), ("5825u-001", nil), ("192.168.9.121", nil), (long63, nil),
      ("N100-001", nil), ("a", nil),
      ("my_node", "has '_', and only a-z, 0-9, '-' and '.' are allowed"),
      ("näs", "has 'ä', and only a-z, 0-9, '-' and '.' are allowed"),
      ("node.", "has a dot with nothing before or after it"), (".node", "has a dot with nothing before or after it"),
      ("a..b", "has a dot with nothing before or after it"), (".", "has a dot with nothing before or after it"),
      ("-node", "has a part that begins or ends with '-'"), ("node-", "has a part that begins or ends with '-'"),
      ("a.-b", "has a part that begins or ends with '-'"), ("", "is empty"), (" \n", "is empty"),
      (long64, "has 64 characters, and the label kubernetes.io/hostname takes 63"),
      (long63 + "." + long63, "has 127 characters, and the label kubernetes.io/hostname takes 63"),
      (String(repeating: "a.", count: 127) + "b", "has 255 characters, 253 are allowed"),
      ("a\u{7}b", "has '\\x07', and only a-z, 0-9, '-' and '.' are allowed"),
    ] as [(String, String?)])
  func names(text: String, mistake: String?) { #expect(NodeName(text).mistake == mistake) }

  @Test(
    "a right name like a wrong one",
    arguments: [
      ("My_Node", "my-node"), ("node.", "node"), ("_x_.y", "x.y"), ("a..b", "a.b"), ("___", nil), (long64, nil),
      ("-a-", "a"), ("'; reboot", "reboot"),
    ] as [(String, String?)])
  func mended(text: String, name: String?) { #expect(NodeName(text).mended == name) }

  @Test("an ordinary node: valid, kept, and found in /etc/hosts")
  func ordinary() async throws {
    let verdict = try await MachineHost.verdict("machine.identity", MachineHost.worker)
    #expect(verdict.state == .ok)
    #expect(verdict.summary == "named 'k-worker-1'; resolves to 192.168.9.141 (/etc/hosts:2)")
    #expect(verdict.evidence.contains(Evidence("/etc/hosts:2", "192.168.9.141")))
    #expect(verdict.evidence.contains(Evidence("/etc/nsswitch.conf:2", "hosts: files dns")))
  }

  private func named(
    _ running: String, _ file: String? = nil, _ changes: [String: String?] = [:],
    base: [String: String] = MachineHost.bare
  ) async throws -> Verdict {
    let names: [String: String?] = [
      "/proc/sys/kernel/hostname": running + "\n", "/etc/hostname": file ?? running + "\n",
      "/etc/hosts": "192.168.9.141 \(running)\n",
    ]
    return try await MachineHost.verdict("machine.identity", base, names.merging(changes) { $1 })
  }

  @Test("a name that the API server refuses is given a better one")
  func refused() async throws {
    let verdict = try await named("my_node")
    #expect(verdict.state == .warning)
    #expect(
      verdict.summary
        == "the node cannot register as 'my_node': the name has '_', and only a-z, 0-9, '-' and '.' are allowed")
    #expect(verdict.remedy == "hostnamectl set-hostname my-node")
    #expect(try await named(Self.long64).remedy == "hostnamectl set-hostname NAME")
    let upper = try await named("N100-001")
    #expect(upper.state == .ok)
    #expect(upper.summary.hasPrefix("named 'n100-001' (the kubelet puts 'N100-001' in lower case)"))
  }

  @Test("a placeholder and an address are no good names for a node that is to join")
  func placeholders() async throws {
    for name in ["localhost", "localhost.localdomain", "LOCALHOST"] {
      #expect(try await named(name).state == .warning)
    }
    #expect(try await named("localhosted").state == .ok)
    let fresh = try await named("192.168.9.141")
    #expect(fresh.state == .warning)
    #expect(fresh.summary.contains("would be named by an address, 192.168.9.141"))
    let joined = try await named("192.168.9.141", base: MachineHost.worker)
    #expect(joined.state == .ok)
    #expect(joined.summary == "the node is named by an address, 192.168.9.141")
    let foreign = try await named("192.168.9.77", base: MachineHost.worker)
    #expect(foreign.state == .warning)
    #expect(foreign.summary.contains("192.168.9.77 (its name), which is no address of this host"))
  }

  @Test("another name after a reboot would orphan the node")
  func reboot() async throws {
    let verdict = try await named("k-worker-1", "# mine\n\nk-worker-9\n")
    #expect(verdict.state == .warning)
    #expect(
      verdict.summary
        == "another name after a reboot: 'k-worker-1' now, 'k-worker-9' in /etc/hostname, "
        + "and the cluster would see a new node")
    #expect(verdict.remedy == "hostnamectl set-hostname k-worker-1")
    for same in ["K-Worker-1\n", "  k-worker-1 \r\n", "k-worker-?\n", "", "# only a comment\n"] {
      #expect(try await named("k-worker-1", same).state == .ok, "\(same)")
    }
    #expect(try await named("k-worker-1", nil, ["/etc/hostname": nil]).state == .ok)
    let hidden = try await MachineHost.verdict("machine.identity", MachineHost.bare, forbidden: ["/etc/hostname"])
    #expect(hidden.state == .unknown)
    #expect(hidden.summary == "its name after a reboot cannot be seen: /etc/hostname: permission denied")
  }

  private static func flags(_ text: String) -> [String: String?] {
    ["/etc/default/kubelet": "KUBELET_EXTRA_ARGS=\"\(text)\"\n"]
  }

  @Test("--hostname-override counts instead of the host name")
  func override() async throws {
    let changes = Self.flags("--hostname-override=Node_7").merging(["/etc/hostname": "other\n"]) { $1 }
    let verdict = try await MachineHost.verdict("machine.identity", MachineHost.worker, changes)
    #expect(verdict.state == .warning)
    #expect(verdict.summary.hasPrefix("the node cannot register as 'Node_7'"))
    #expect(!verdict.summary.contains("reboot"), "the host name does not matter")
    #expect(
      verdict.remedy?.hasPrefix(
        "sed -i.bak -E \"s|--hostname-override[= ][^ '\\\"]*|--hostname-override=node-7|\" /etc/default/kubelet; ")
        == true)
    let listed = Self.flags("--hostname-override=n7").merging(["/etc/hosts": "192.168.9.141 N7\n"]) { $1 }
    let good = try await MachineHost.verdict("machine.identity", MachineHost.worker, listed)
    #expect(good.summary == "named 'n7'; resolves to 192.168.9.141 (/etc/hosts:1)")
    let lonely = try await MachineHost.verdict(
      "machine.identity", MachineHost.worker,
      Self.flags("--hostname-override=n7").merging(["/etc/nsswitch.conf": "hosts: files myhostname\n"]) { $1 })
    #expect(lonely.state == .warning, "myhostname answers for the host name only")
    let hidden = try await MachineHost.verdict(
      "machine.identity", MachineHost.worker, forbidden: ["/etc/default/kubelet"])
    #expect(hidden.state == .unknown)
    #expect(hidden.summary.hasPrefix("the node's name cannot be seen: /etc/default/kubelet"))
  }

  @Test(
    "where /etc/hosts leads",
    arguments: [
      (
        "127.0.1.1 k-worker-1\n", .ok,
        "resolves to 127.0.1.1 (/etc/hosts:1) only: the kubelet takes the address of the interface"
      ),
      ("::1 k-worker-1\n127.0.0.1 k-worker-1", .ok, "resolves to ::1 (/etc/hosts:1), 127.0.0.1 (/etc/hosts:2) only"),
      ("127.0.1.1 k-worker-1\n192.168.9.141 k-worker-1", .ok, "resolves to 192.168.9.141 (/etc/hosts:2)"),
      ("192.168.9.99 k-worker-1", .warning, "192.168.9.99 (/etc/hosts:1), which is no address of this host"),
      ("192.168.9.99 k-worker-1\n192.168.9.141 k-worker-1", .ok, "resolves to 192.168.9.141 (/etc/hosts:2)"),
      ("169.254.1.1 k-worker-1", .warning, "loopback, link-local and multicast addresses cannot be a node's"),
      ("# 192.168.9.99 k-worker-1\n", .ok, "left to dns"), ("192.168.9.141 #k-worker-1", .ok, "left to dns"),
      ("192.168.9.99 x # y k-worker-1\n", .ok, "left to dns"),
      ("nonsense k-worker-1\n", .ok, "left to dns"), ("192.168.9.141", .ok, "left to dns"),
      ("192.168.9.141 k-worker-1.lan\n", .ok, "left to dns"), ("k-worker-1 192.168.9.141\n", .ok, "left to dns"),
      ("192.168.9.141 \u{0B}x\tK-WORKER-1\r\n", .ok, "resolves to 192.168.9.141 (/etc/hosts:1)"),
    ] as [(String, CheckState, String)])
  func hosts(text: String, state: CheckState, says: String) async throws {
    let verdict = try await MachineHost.verdict("machine.identity", MachineHost.worker, ["/etc/hosts": text])
    #expect(verdict.state == state)
    #expect(verdict.summary.contains(says), "\(verdict.summary)")
  }

  @Test("a wrong line of /etc/hosts is mended by a command")
  func hostsRemedy() async throws {
    let verdict = try await MachineHost.verdict(
      "machine.identity", MachineHost.worker, ["/etc/hosts": "127.0.0.1 localhost\n192.168.9.99 k-worker-1\n"])
    #expect(verdict.remedy == "sed -i.bak -E '2s/^[^[:space:]]+/192.168.9.141/' /etc/hosts")
    let missing = try await MachineHost.verdict(
      "machine.identity", MachineHost.worker, ["/etc/hosts": "", "/etc/nsswitch.conf": "hosts: files\n"])
    #expect(missing.state == .warning)
    #expect(missing.remedy == "echo '192.168.9.141 k-worker-1' >> /etc/hosts")
  }

  @Test(
    "who else is asked for a name",
    arguments: [
      ("hosts: files\n", .warning, "does not resolve"), ("hosts:\tfiles myhostname", .ok, "left to myhostname"),
      ("hosts: files resolve [!UNAVAIL=return] dns", .ok, "left to resolve"),
      ("hosts: files mdns4_minimal [NOTFOUND=return] dns", .ok, "left to dns"),
      ("hosts: files mdns4_minimal [NOTFOUND=return]", .warning, "does not resolve"),
      ("# hosts: dns\nhosts: files # dns\n", .warning, "does not resolve"),
      ("passwd: files\n", .ok, "left to dns (no hosts line in /etc/nsswitch.conf)"),
      ("hosts: dns\n", .ok, "left to dns (/etc/nsswitch.conf:1)"), ("hosts:\n", .warning, "does not resolve"),
      ("hosts: files [", .warning, "does not resolve"),
    ] as [(String, CheckState, String)])
  func services(text: String, state: CheckState, says: String) async throws {
    let verdict = try await MachineHost.verdict(
      "machine.identity", MachineHost.worker, ["/etc/hosts": "127.0.0.1 localhost\n", "/etc/nsswitch.conf": text])
    #expect(verdict.state == state)
    #expect(verdict.summary.contains(says), "\(verdict.summary)")
  }

  @Test("/etc/hosts does not count where nobody looks into it, and a .local name may be found by mDNS")
  func unusedFile() async throws {
    let verdict = try await MachineHost.verdict(
      "machine.identity", MachineHost.worker, ["/etc/nsswitch.conf": "hosts: myhostname\n"])
    #expect(verdict.summary.contains("left to myhostname"))
    #expect(
      NameServices(names: ["mdns4_minimal"], source: "").other(for: "a.local", isHostName: true) == "mdns4_minimal")
    let none = try await MachineHost.verdict(
      "machine.identity", MachineHost.worker, ["/etc/nsswitch.conf": nil, "/etc/hosts": nil])
    #expect(none.summary.contains("left to dns (no hosts line"))
  }

  @Test("files that cannot be read leave the question open")
  func hidden() async throws {
    for path in ["/etc/hosts", "/etc/nsswitch.conf", "/proc/net/fib_trie"] {
      let verdict = try await MachineHost.verdict("machine.identity", MachineHost.worker, forbidden: [path])
      #expect(verdict.state == .unknown)
      #expect(verdict.summary.contains("\(path): permission denied"), "\(verdict.summary)")
    }
    let vip = try await MachineHost.verdict(
      "machine.identity", MachineHost.worker, forbidden: ["/etc/keepalived/keepalived.conf"])
    #expect(vip.state == .unknown)
    #expect(vip.summary.contains("whether it is a shared one cannot be seen"))
  }
}

@Suite("The node's address and those that move")
struct NodeAddressTests {
  private static let keepalived = """
    vrrp_instance VI_1 {
      virtual_ipaddress {
        192.168.9.120/23 dev eth0
      }
    }
    """

  private func verdict(
    _ changes: [String: String?], base: [String: String] = MachineHost.worker, cluster: String = ""
  ) async throws -> Verdict {
    try await MachineHost.verdict("machine.identity", base, changes, cluster: cluster)
  }

  private func flag(_ value: String) -> [String: String?] {
    ["/etc/default/kubelet": "KUBELET_EXTRA_ARGS=--node-ip=\(value)\n"]
  }

  @Test(
    "--node-ip",
    arguments: [
      ("192.168.9.141", .ok, nil), ("0.0.0.0", .ok, nil), ("::", .ok, nil), ("192.168.9.141,::", .ok, nil),
      ("", .ok, nil),
      (
        "192.168.9.99", .warning,
        "the kubelet has the node address 192.168.9.99 (--node-ip in /etc/default/kubelet), which is no address"
      ),
      ("192.168.9.141,2001:db8::1", .warning, "2001:db8::1"), ("127.0.0.1", .warning, "cannot be a node's"),
      ("224.0.0.1", .warning, "cannot be a node's"), ("fe80::1", .warning, "cannot be a node's"),
      (
        "eth0", .warning, "--node-ip=eth0 (--node-ip in /etc/default/kubelet) is no address: the kubelet passes it over"
      ),
      ("192.168.9.120", .warning, "(--node-ip in /etc/default/kubelet), a shared one (/etc/kubernetes/kubelet.conf:3)"),
    ] as [(String, CheckState, String?)])
  func nodeIP(value: String, state: CheckState, says: String?) async throws {
    let verdict = try await verdict(flag(value))
    #expect(verdict.state == state)
    if let says { #expect(verdict.summary.contains(says), "\(verdict.summary)") }
  }

  @Test("--node-ip is set to the host's own address by a command")
  func nodeIPRemedy() async throws {
    let command =
      "sed -i.bak -E \"s|--node-ip[= ][^ '\\\"]*|--node-ip=192.168.9.141|\" /etc/default/kubelet; "
      + "systemctl daemon-reload; systemctl restart kubelet"
    #expect(try await verdict(flag("192.168.9.99")).remedy == command)
  }

  @Test("the virtual address is never the node's, whether this host holds it or not")
  func virtual() async throws {
    let held = MachineHost.network("192.168.9.120", "192.168.9.141").mapValues(Optional.some)
    for network in [[:], held] as [[String: String?]] {
      let changes = flag("192.168.9.120").merging(["/etc/keepalived/keepalived.conf": Self.keepalived]) { $1 }
      let verdict = try await verdict(changes.merging(network) { $1 })
      #expect(verdict.state == .warning)
      #expect(
        verdict.summary.contains(
          "192.168.9.120 (--node-ip in /etc/default/kubelet), a shared one "
            + "(/etc/keepalived/keepalived.conf:3): the node loses it when it moves to another host"),
        "\(verdict.summary)")
      #expect(verdict.remedy?.contains("--node-ip=192.168.9.141|") == true, "not the virtual address again")
    }
    let named = try await verdict(
      held.merging([
        "/etc/keepalived/keepalived.conf": Self.keepalived,
        "/etc/hosts": "192.168.9.120 k-worker-1\n192.168.9.141 k-worker-1\n",
      ]) { $1 })
    #expect(named.state == .warning)
    #expect(named.summary.contains("the name resolves to 192.168.9.120 (/etc/hosts:1), a shared one"))
  }

  @Test("a configured endpoint is a shared address unless it is the host's own and nothing moves it")
  func configured() async throws {
    let cluster = "controlPlane: {endpoint: \"192.168.9.121:6443\"}\n"
    let single = try await MachineHost.verdict(
      "machine.identity", MachineHost.master, flag("192.168.9.121"), cluster: cluster)
    #expect(single.state == .ok, "one API server: \(single.summary)")
    let foreign = try await verdict(flag("192.168.9.121"), cluster: cluster)
    #expect(foreign.summary.contains("a shared one (cluster.controlPlane.endpoint)"))
    let vip = MachineHost.manifest(
      "kube-vip", "manager", environment: [("address", "192.168.9.121"), ("port", "\"6443\"")])
    let moved = try await MachineHost.verdict(
      "machine.identity", MachineHost.master,
      flag("192.168.9.121").merging(["/etc/kubernetes/manifests/kube-vip.yaml": vip]) { $1 }, cluster: cluster)
    #expect(moved.state == .warning, "kube-vip moves it")
    #expect(moved.summary.contains("(/etc/kubernetes/manifests/kube-vip.yaml:"))
  }
}

@Suite("Hostile files of names")
struct NodeIdentityHostileTests {
  @Test("a hundred thousand lines of /etc/hosts are read in one pass")
  func manyLines() async throws {
    var text = "\u{FEFF}# block list\n"
    for number in 0..<100_000 { text += "0.0.0.0 ads-\(number).example.org # no\n" }
    text += "192.168.9.141 k-worker-1\n"
    let found = HostsFile.entries(of: "K-Worker-1", in: Array(text.utf8))
    #expect(found == [HostsFile.Entry(address: IPAddress(v4: 0xC0A8_098D), line: 100_002)])
  }

  @Test("one name on very many lines is judged, and shown in part")
  func manyEntries() async throws {
    let lines = String(repeating: "127.0.1.1 k-worker-1\n", count: 20_000)
    let verdict = try await MachineHost.verdict("machine.identity", MachineHost.worker, ["/etc/hosts": lines])
    #expect(verdict.state == .ok)
    #expect(verdict.summary.utf8.count < 1000)
    #expect(verdict.evidence.count < 20)
  }

  @Test("one line with very many names, and bytes that are no text")
  func oneLine() {
    let names = (0..<50_000).map { "n\($0)" }.joined(separator: " ")
    let content = [0xFF, 0x0A] + Array("192.168.9.141 \(names) me\n".utf8)
    #expect(HostsFile.entries(of: "me", in: content).map(\.line) == [2])
    #expect(HostsFile.entries(of: "n", in: content).isEmpty)
  }

  @Test("control characters of a host name do not reach a terminal")
  func escapes() async throws {
    let verdict = try await MachineHost.verdict(
      "machine.identity", MachineHost.bare,
      ["/proc/sys/kernel/hostname": "a\u{1B}[31mb\n", "/etc/hostname": "c\u{1B}d\n"])
    #expect(verdict.state == .warning)
    let told = verdict.summary + verdict.evidence.map(\.value).joined() + (verdict.remedy ?? "")
    #expect(!told.contains("\u{1B}"))
  }
}
