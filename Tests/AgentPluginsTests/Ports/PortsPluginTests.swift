import AgentCore
import Testing

@testable import AgentPlugins

@Suite struct PortsPluginTests {
  private static let head = "  sl  local_address rem_address   st tx_queue rx_queue\n"
  private static func table(_ locals: String..., uid: Int = 0, inode: Int = 77) -> [String: String] {
    let lines = locals.map {
      "   0: \($0) 00000000:0000 0A 00000000:00000000 00:00000000 00000000 \(uid) 0 \(inode) 1 0 100 0 0 10 0\n"
    }
    return ["/proc/net/tcp": head + lines.joined()]
  }
  private static func process(_ id: Int, _ name: String, _ group: String) -> [String: String] {
    [
      "/proc/\(id)/comm": "\(name)\n",
      "/proc/\(id)/stat": "\(id) (\(name)) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0\n",
      "/proc/\(id)/cgroup": group,
      "/proc/\(id)/fd/": "",
    ]
  }
  private static let joined = ["/etc/kubernetes/kubelet.conf": "", "/usr/bin/kubelet": ""]

  private func verdicts(
    _ parts: [[String: String]], links: [String: String] = [:], forbidden: [String] = [], roles: Set<Role>? = nil
  ) async throws -> [Verdict] {
    let test = try TestHost(FirewallNode.joined(parts), links: links, forbidden: forbidden, roles: roles)
    let plugin = PortsPlugin(host: test.host)
    return plugin.judge(try await plugin.observe(at: TestHost.time))
  }

  @Test func freePortsAreWell() async throws {
    let verdicts = try await verdicts([Self.table("00000000:0016")])
    #expect(verdicts.map(\.subject) == ["6443", "10250", "10257", "10259", "2379", "2380"])
    #expect(Set(verdicts.map(\.state)) == [.ok])
    #expect(verdicts.first?.summary == "6443 is free for kube-apiserver")
  }

  @Test func aNodeThatLostItsKubeconfigHasJoined() async throws {
    let verdicts = try await verdicts([
      Self.table("00000000:192B"), ["/usr/bin/kubelet": "", "/etc/kubernetes/manifests/kube-scheduler.yaml": ""],
    ])
    #expect(verdicts.map(\.state) == [.skipped])
  }

  /// Each port by its number in hexadecimal.
  @Test(arguments: [
    ("192B", "6443", "kube-apiserver"), ("280A", "10250", "kubelet"), ("2811", "10257", "kube-controller-manager"),
    ("2813", "10259", "kube-scheduler"), ("094B", "2379", "etcd"), ("094C", "2380", "etcd"),
  ]) func aTakenPortWarnsAlone(hexadecimal: String, port: String, component: String) async throws {
    let verdicts = try await verdicts([Self.table("00000000:\(hexadecimal)", uid: 33)])
    let taken = verdicts.filter { $0.state != .ok }
    #expect(taken.map(\.subject) == [port])
    let purpose = port == "10250" ? "the node cannot join" : "a control plane cannot be set up here"
    #expect(
      taken.first?.summary
        == "\(port) is taken by a process of user 33 that cannot be seen from here: \(purpose), \(component) needs it")
    #expect(taken.first?.remedy == "ss -ltnp 'sport = :\(port)'")
    #expect(
      taken.first?.evidence == [Evidence("/proc/net/tcp", "listens on 0.0.0.0:\(port), user 33, inode 77")])
  }

  @Test func theLoopbackAddressAndTheSixthVersionBlockToo() async throws {
    #expect(try await verdicts([Self.table("0100007F:280A")]).count { $0.state == .warning } == 1)
    let six = [
      "/proc/net/tcp": Self.head,
      "/proc/net/tcp6":
        "   0: 00000000000000000000000000000000:280A 00:0 0A 0:0 0:0 0 0 0 78 1\n",
    ]
    let verdicts = try await verdicts([six])
    #expect(
      verdicts.first { $0.state == .warning }?.evidence == [
        Evidence("/proc/net/tcp6", "listens on [::]:10250, user 0, inode 78")
      ])
  }

  @Test(arguments: [
    ("nginx", "0::/system.slice/nginx.service\n", "systemctl disable --now nginx.service"),
    ("kube-controller", "0::/kubepods.slice/crio-1.scope\n", "kubeadm reset"),
    ("kubelet", "0::/system.slice/kubelet.service\n", "kubeadm reset"),
    ("python3", "0::/user.slice/user-0.slice/session-1.scope\n", "ss -ltnp 'sport = :10250'"),
  ]) func theRemedyIsForTheOneWhoListens(name: String, group: String, remedy: String) async throws {
    let verdicts = try await verdicts(
      [Self.table("00000000:280A"), Self.process(812, name, group)], links: ["/proc/812/fd/6": "socket:[77]"])
    let taken = try #require(verdicts.first { $0.state == .warning })
    #expect(taken.summary == "10250 is taken by \(name) (process 812): the node cannot join, kubelet needs it")
    #expect(taken.remedy == remedy)
  }

  @Test func aSocketUnitIsLookedForAmongSockets() async throws {
    let verdicts = try await verdicts(
      [Self.table("00000000:280A"), Self.process(1, "systemd", "0::/init.scope\n")],
      links: ["/proc/1/fd/9": "socket:[77]"])
    #expect(verdicts.first { $0.state == .warning }?.remedy == "systemctl list-sockets")
  }

  @Test func afterJoiningItIsSkipped() async throws {
    let verdicts = try await verdicts([Self.joined, Self.table("00000000:280A")])
    #expect(verdicts == [Verdict("ports.free", .skipped, "only before a node joins")])
    let bootstrapping = try await self.verdicts([
      ["/etc/kubernetes/bootstrap-kubelet.conf": ""], Self.table("00000000:280A"),
    ])
    #expect(bootstrapping.map(\.state) == [.skipped])
  }

  @Test func whereNoKubeletBelongsItIsSkipped() async throws {
    let verdicts = try await verdicts([Self.table("00000000:192B")], roles: [.loadBalancer])
    #expect(verdicts.map(\.state) == [.skipped])
    #expect(verdicts.first?.summary.contains("load-balancer") == true)
  }

  @Test func aNodeToBeIsLookedAtWhateverItsRole() async throws {
    let verdicts = try await verdicts([Self.table("00000000:192B")], roles: [.controlPlane])
    #expect(verdicts.filter { $0.state == .warning }.map(\.subject) == ["6443"])
  }

  @Test func whatCannotBeSeenIsUnknownWithThePath() async throws {
    #expect(try await verdicts([]).map(\.state) == [.unknown])
    let table = try await verdicts([Self.table("00000000:280A")], forbidden: ["/proc/net/tcp"])
    #expect(table.map(\.summary) == ["who listens on this host cannot be seen: /proc/net/tcp: permission denied"])
    let joining = try await verdicts([Self.table("00000000:280A")], forbidden: ["/etc/kubernetes"])
    #expect(joining.map(\.state) == [.unknown])
    #expect(joining.first?.summary.contains("/etc/kubernetes/kubelet.conf: permission denied") == true)
    let test = try TestHost.forbidden()
    let plugin = PortsPlugin(host: test.host)
    #expect(plugin.judge(try await plugin.observe(at: TestHost.time)).map(\.state) == [.unknown])
  }
}
