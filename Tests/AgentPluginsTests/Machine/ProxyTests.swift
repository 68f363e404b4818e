import AgentCore
import Testing

@testable import AgentPlugins

@Suite("HTTP proxies and the cluster")
struct ProxyTests {
  static let dropIn = "/etc/systemd/system/kubelet.service.d/proxy.conf"
  static let proxy = "http://proxy.example.org:3128"

  static func environment(_ text: String) -> String { "[Service]\nEnvironment=\(text)\n" }

  private func verdict(
    _ subject: String = "kubelet", _ changes: [String: String?], base: [String: String] = MachineHost.worker,
    forbidden: [String] = [], cluster: String = ""
  ) async throws -> Verdict {
    try await MachineHost.verdict(
      "machine.proxy", subject: subject, base, changes, forbidden: forbidden, cluster: cluster)
  }

  @Test(arguments: [(true, CheckState.warning), (false, .ok)]) func aChangeThatSystemdHasNotReadIsNotInForce(
    needsReload: Bool, state: CheckState
  ) async throws {
    let verdict = try await verdict(
      "kubelet",
      [
        "/etc/systemd/system/kubelet.service.d/proxy.conf":
          "[Service]\nEnvironment=HTTPS_PROXY=\(Self.proxy) NO_PROXY=*\n",
        "/recorded.yaml": "units:\n  kubelet.service: {NeedDaemonReload: \(needsReload)}\n",
      ])
    #expect(verdict.state == state, "\(verdict)")
    #expect((verdict.remedy?.hasPrefix("systemctl daemon-reload") == true) == needsReload)
  }

  @Test("no proxy anywhere is one verdict")
  func none() async throws {
    for base in [MachineHost.worker, MachineHost.master] {
      let verdicts = try await MachineHost.verdicts(base).filter { $0.check == "machine.proxy" }
      #expect(
        verdicts == [Verdict("machine.proxy", .ok, "no proxy is set for the kubelet, the runtime or static pods")])
    }
  }

  @Test("without a program that could use one there is nothing to judge, but what kubeadm would copy")
  func nobody() async throws {
    let nobody = try await verdict("", [:], base: MachineHost.bare)
    #expect(nobody.state == .skipped)
    #expect(nobody.summary == "neither a kubelet nor a runtime nor a static pod is here")
    let login = try await verdict("", ["/etc/environment": "https_proxy=\(Self.proxy)\n"], base: MachineHost.bare)
    #expect(login.state == .ok)
    #expect(login.summary.contains("/etc/environment:1 sets one for logins"))
  }

  @Test("an exception goes where it wins: into the environment file that has the list, else into a drop-in")
  func remedies() async throws {
    let inFile = try await verdict(
      "kubelet",
      [Self.dropIn: Self.environment("HTTPS_PROXY=\(Self.proxy)"), "/etc/default/kubelet": "NO_PROXY=\n"])
    #expect(inFile.remedy?.hasSuffix(" >> /etc/default/kubelet; systemctl restart kubelet") == true)
    for list in ["", "no_proxy=x\n"] {
      let inUnit = try await verdict("kubelet", ["/etc/default/kubelet": "HTTPS_PROXY=\(Self.proxy)\n" + list])
      #expect(inUnit.remedy?.hasPrefix("mkdir -p /etc/systemd/system/kubelet.service.d; printf") == true)
      #expect(inUnit.remedy?.contains("=NO_PROXY=\(list.isEmpty ? "" : "x,")192.168.9.120,") == true)
    }
  }

  @Test("the failure of reference cluster B: the API server was asked through the proxy until NO_PROXY was set")
  func clusterB() async throws {
    let verdict = try await verdict("kubelet", [Self.dropIn: Self.environment("HTTPS_PROXY=\(Self.proxy)")])
    #expect(verdict.state == .warning)
    #expect(
      verdict.summary
        == "the kubelet will ask the proxy http://proxy.example.org:3128 for the API server 192.168.9.120, "
        + "this node 192.168.9.141: NO_PROXY is not set")
    #expect(verdict.evidence.contains(Evidence("\(Self.dropIn):2", "HTTPS_PROXY=\(Self.proxy)")))
    #expect(verdict.evidence.contains(Evidence("/etc/kubernetes/kubelet.conf:3", "192.168.9.120:6443")))
    #expect(
      verdict.remedy
        == "mkdir -p /etc/systemd/system/kubelet.service.d; "
        + "printf '[Service]\\nEnvironment=NO_PROXY=192.168.9.120,192.168.9.141,.svc,.cluster.local\\n' "
        + "> /etc/systemd/system/kubelet.service.d/zz-no-proxy.conf; systemctl daemon-reload; systemctl restart kubelet"
    )
    let mended = try await self.verdict(
      "kubelet",
      [
        Self.dropIn: Self.environment("HTTPS_PROXY=\(Self.proxy)"),
        "/etc/systemd/system/kubelet.service.d/zz-no-proxy.conf":
          Self.environment("NO_PROXY=192.168.9.120,192.168.9.141,.svc,.cluster.local"),
      ])
    #expect(mended.state == .ok)
    #expect(
      mended.summary
        == "NO_PROXY covers the API server 192.168.9.120, this node 192.168.9.141; "
        + "the networks of pods and Services are not known on this host")
  }

  @Test("a master must ask nodes, pods and Services directly as well")
  func master() async throws {
    let changes: [String: String?] = [
      Self.dropIn: Self.environment("https_proxy=\(Self.proxy) no_proxy=192.168.9.120,10.96.0.0/12")
    ]
    let verdict = try await verdict(
      "kubelet", changes, base: MachineHost.master,
      cluster: "controlPlane: {members: [\"192.168.9.122:6443\", \"192.168.9.123:6443\"]}")
    #expect(
      verdict.summary
        == "the kubelet will ask the proxy \(Self.proxy) for the API server 192.168.9.122, the API server 192.168.9.123, "
        + "this node 192.168.9.121, pods (10.244.0.0/16): NO_PROXY does not cover them")
    let covered = try await self.verdict(
      "kubelet",
      [Self.dropIn: Self.environment("https_proxy=\(Self.proxy) no_proxy=192.168.8.0/23,10.0.0.0/8")],
      base: MachineHost.master)
    #expect(covered.state == .ok)
    #expect(
      covered.summary
        == "no_proxy covers the API server 192.168.9.120, this node 192.168.9.121, Services (10.96.0.0/12), "
        + "pods (10.244.0.0/16)")
  }

  @Test(
    "where a variable of a unit may stand",
    arguments: [
      ([dropIn: "[Service]\nEnvironment=A=1 \"HTTPS_PROXY=\(proxy)\" 'B=x y'\n"], dropIn + ":2"),
      ([dropIn: "[Service]\nEnvironment=\\\n  A=1 \\\n  HTTPS_PROXY=\(proxy)\n"], dropIn + ":2"),
      (["/etc/default/kubelet": "# c\nexport A=1\nHTTPS_PROXY=\"\(proxy)\"\n"], "/etc/default/kubelet:3"),
      (
        ["/etc/systemd/system/service.d/proxy.conf": environment("https_proxy=\(proxy)")],
        "/etc/systemd/system/service.d/proxy.conf:2"
      ),
      (
        ["/etc/systemd/system.conf": "[Manager]\nDefaultEnvironment=A=1 HTTPS_PROXY=\(proxy)\n"],
        "/etc/systemd/system.conf:2"
      ),
      (
        ["/usr/lib/systemd/system.conf.d/p.conf": "[Manager]\nDefaultEnvironment=HTTPS_PROXY=\(proxy)\n"],
        "/usr/lib/systemd/system.conf.d/p.conf:2"
      ),
    ] as [([String: String], String)])
  func places(files: [String: String], source: String) async throws {
    let verdict = try await verdict("kubelet", files.mapValues(Optional.some))
    #expect(verdict.state == .warning)
    #expect(verdict.evidence.first?.source == source)
    #expect(verdict.evidence.first?.value.hasSuffix("=\(Self.proxy)") == true)
  }

  @Test(
    "what takes a proxy back",
    arguments: [
      [dropIn: "[Service]\nEnvironment=HTTPS_PROXY=\(proxy)\nEnvironment=\n"],
      [dropIn: environment("HTTPS_PROXY=\(proxy)\nUnsetEnvironment=HTTPS_PROXY")],
      [dropIn: environment("HTTPS_PROXY=\(proxy)\nUnsetEnvironment=X \"HTTPS_PROXY=\(proxy)\"")],
      [dropIn: environment("HTTPS_PROXY=\(proxy)"), "/etc/default/kubelet": "HTTPS_PROXY=\n"],
      [
        dropIn: environment("HTTPS_PROXY=\(proxy)"),
        "/etc/systemd/system/kubelet.service.d/q.conf": environment("HTTPS_PROXY="),
      ],
      [dropIn: "[Service]\nEnvironmentFile=\n", "/etc/default/kubelet": "HTTPS_PROXY=\(proxy)\n"],
      [dropIn: "[Unit]\nEnvironment=HTTPS_PROXY=\(proxy)\n"],
      [dropIn: "[Service]\n#Environment=HTTPS_PROXY=\(proxy)\nPassEnvironment=HTTPS_PROXY\n"],
      ["/etc/systemd/system.conf": "[Manager]\nDefaultEnvironment=HTTPS_PROXY=\(proxy)\nDefaultEnvironment=\n"],
      ["/etc/systemd/user.conf": "[Manager]\nDefaultEnvironment=HTTPS_PROXY=\(proxy)\n"],
    ] as [[String: String]])
  func takenBack(files: [String: String]) async throws {
    let verdicts = try await MachineHost.verdicts(MachineHost.worker, files.mapValues(Optional.some))
    #expect(verdicts.filter { $0.check == "machine.proxy" }.map(\.subject) == [""])
  }

  @Test("UnsetEnvironment of another value keeps the variable, an empty one takes the list back")
  func unset() async throws {
    for line in ["UnsetEnvironment=HTTPS_PROXY=http://other", "UnsetEnvironment=HTTPS_PROXY\nUnsetEnvironment="] {
      let text = Self.environment("HTTPS_PROXY=\(Self.proxy)\n\(line)")
      #expect(try await verdict("kubelet", [Self.dropIn: text]).state == .warning)
    }
  }

  @Test("the order of systemd: manager, unit, drop-ins by name, then environment files, the last one wins")
  func order() async throws {
    let changes: [String: String?] = [
      "/etc/systemd/system.conf": "[Manager]\nDefaultEnvironment=HTTPS_PROXY=http://manager\n",
      "/usr/lib/systemd/system/kubelet.service":
        "[Service]\nEnvironment=HTTPS_PROXY=http://unit\nEnvironmentFile=-/etc/a\nEnvironmentFile=/etc/b\nExecStart=/usr/bin/kubelet\n",
      "/etc/systemd/system/kubelet.service.d/10.conf": Self.environment("HTTPS_PROXY=http://ten"),
      "/usr/lib/systemd/system/kubelet.service.d/20.conf": Self.environment("HTTPS_PROXY=http://twenty"),
      "/etc/a": "HTTPS_PROXY=http://a\n", "/etc/b": "HTTPS_PROXY=http://b\nHTTPS_PROXY=http://c",
    ]
    func used(_ more: [String: String?]) async throws -> String? {
      try await verdict("kubelet", changes.merging(more) { $1 }).evidence.first?.value
    }
    #expect(try await used([:]) == "HTTPS_PROXY=http://c")
    #expect(try await used(["/etc/b": nil]) == "HTTPS_PROXY=http://a")
    let noFiles: [String: String?] = ["/etc/b": nil, "/etc/a": nil]
    #expect(try await used(noFiles) == "HTTPS_PROXY=http://twenty")
    let noDropIns = noFiles.merging([
      "/usr/lib/systemd/system/kubelet.service.d/20.conf": nil, "/etc/systemd/system/kubelet.service.d/10.conf": nil,
    ]) { $1 }
    #expect(try await used(noDropIns) == "HTTPS_PROXY=http://unit")
    let onlyManager = noDropIns.merging(["/usr/lib/systemd/system/kubelet.service": MachineHost.kubeletUnit]) { $1 }
    #expect(try await used(onlyManager) == "HTTPS_PROXY=http://manager")
  }

  @Test("as in Go the upper-case name comes first, and an empty value is none")
  func upperCase() async throws {
    let both = try await verdict(
      "kubelet",
      [Self.dropIn: Self.environment("https_proxy=http://lower HTTPS_PROXY=http://upper no_proxy=* NO_PROXY=x")])
    #expect(both.evidence.first?.value == "HTTPS_PROXY=http://upper")
    #expect(both.state == .warning)
    let empty = try await verdict(
      "kubelet", [Self.dropIn: Self.environment("https_proxy=http://lower HTTPS_PROXY= no_proxy=* NO_PROXY=")])
    #expect(empty.evidence.first?.value == "https_proxy=http://lower")
    #expect(empty.state == .ok)
  }

  @Test("a proxy for http:// alone is not in the way")
  func plainOnly() async throws {
    let verdict = try await verdict("kubelet", [Self.dropIn: Self.environment("HTTP_PROXY=\(Self.proxy)")])
    #expect(verdict.state == .ok)
    #expect(verdict.summary == "a proxy for http:// only: the API server and Services are asked by https://")
    #expect(verdict.evidence == [Evidence("\(Self.dropIn):2", "HTTP_PROXY=\(Self.proxy)")])
  }

  @Test("each unit is a subject of its own, and one without a proxy is none")
  func units() async throws {
    let changes: [String: String?] = [
      "/etc/sysconfig/crio": "HTTPS_PROXY=\(Self.proxy)\nNO_PROXY=192.168.9.120,192.168.9.141\n",
      "/usr/lib/systemd/system/containerd.service": Self.environment("HTTPS_PROXY=\(Self.proxy)"),
    ]
    let verdicts = try await MachineHost.verdicts(MachineHost.worker, changes).filter { $0.check == "machine.proxy" }
    #expect(verdicts.map(\.subject) == ["crio", "containerd"])
    #expect(verdicts.map(\.state) == [.ok, .warning])
    #expect(verdicts.last?.summary.hasPrefix("containerd with its network plugins will ask the proxy") == true)
    let masked = try await MachineHost.verdicts(
      MachineHost.worker, changes.merging(["/usr/lib/systemd/system/containerd.service": nil]) { $1 })
    #expect(masked.filter { $0.check == "machine.proxy" }.map(\.subject) == ["crio"])
  }

  @Test("Calico's plugin asks the API server's Service from the runtime's environment, in brackets or not")
  func networkPlugin() async throws {
    for server in ["https://[10.96.0.1]:443", "https://10.96.0.1:443", "https://10.96.0.1/"] {
      let changes: [String: String?] = [
        "/etc/cni/net.d/calico-kubeconfig": MachineHost.kubeconfig(server),
        "/etc/sysconfig/crio": "HTTPS_PROXY=\(Self.proxy)\nNO_PROXY=192.168.8.0/23\n",
        Self.dropIn: Self.environment("HTTPS_PROXY=\(Self.proxy) NO_PROXY=192.168.8.0/23"),
      ]
      let crio = try await verdict("crio", changes)
      #expect(crio.state == .warning)
      #expect(crio.summary.contains("for the API server's Service 10.96.0.1: NO_PROXY does not cover it"))
      #expect(
        crio.remedy
          == "printf '\\nNO_PROXY=192.168.8.0/23,10.96.0.1,.svc,.cluster.local\\n' >> /etc/sysconfig/crio; "
          + "systemctl restart crio")
      #expect(try await verdict("kubelet", changes).state == .ok, "the kubelet runs no network plugin")
    }
    let odd: [String: String?] = [
      "/etc/cni/net.d/calico-kubeconfig": "clusters: [",
      "/etc/sysconfig/crio": "HTTPS_PROXY=\(Self.proxy)\nNO_PROXY=192.168.8.0/23\n",
    ]
    #expect(try await verdict("crio", odd).state == .ok)
    let hidden = try await verdict("crio", odd, forbidden: ["/etc/cni/net.d/calico-kubeconfig"])
    #expect(hidden.state == .unknown)
  }
}

@Suite("Proxies of static pods, and what cannot be seen")
struct ProxyPodTests {
  private static let path = "/etc/kubernetes/manifests/kube-apiserver.yaml"
  private static let flag = "--service-cluster-ip-range=10.96.0.0/12"

  private static func apiServer(_ environment: [(String, String)]) -> [String: String?] {
    [path: MachineHost.manifest("kube-apiserver", flag, environment: environment)]
  }

  private func verdict(
    _ changes: [String: String?], forbidden: [String] = [], subject: String = "kube-apiserver"
  ) async throws -> Verdict {
    try await MachineHost.verdict("machine.proxy", subject: subject, MachineHost.master, changes, forbidden: forbidden)
  }

  @Test("kubeadm copied the shell's proxy: the variable is added below it, and no copy stays beside the manifest")
  func copied() async throws {
    let verdict = try await verdict(Self.apiServer([("HTTPS_PROXY", ProxyTests.proxy)]))
    #expect(verdict.state == .warning)
    #expect(
      verdict.summary
        == "kube-apiserver will ask the proxy \(ProxyTests.proxy) for the API server 192.168.9.120, "
        + "this node 192.168.9.121, Services (10.96.0.0/12), pods (10.244.0.0/16): NO_PROXY is not set")
    let list = "192.168.9.120,192.168.9.121,10.96.0.0/12,10.244.0.0/16,.svc,.cluster.local"
    #expect(
      verdict.remedy
        == "cp \(Self.path) /root; sed -i -E '14s|^( *)  value:.*|&\\n\\1- name: NO_PROXY\\n\\1  value: \"\(list)\"|' \(Self.path)"
    )
    #expect(verdict.evidence.first == Evidence("\(Self.path):14", "HTTPS_PROXY=\(ProxyTests.proxy)"))
  }

  @Test("a list that is too short is replaced in its line")
  func short() async throws {
    let verdict = try await verdict(
      Self.apiServer([("https_proxy", ProxyTests.proxy), ("no_proxy", "192.168.8.0/23, 10.244.0.0/16")]))
    #expect(verdict.summary.hasSuffix("for Services (10.96.0.0/12): NO_PROXY does not cover it"))
    #expect(
      verdict.remedy?.contains(
        "'16s|value:.*|value: \"192.168.8.0/23,10.244.0.0/16,10.96.0.0/12,.svc,.cluster.local\"|'") == true)
    #expect(
      verdict.evidence.contains(
        Evidence("\(Self.path):16", ".svc and .cluster.local not in NO_PROXY: webhooks go through the proxy")))
  }

  @Test("a full list is well, names of Services are a hint and no more")
  func full() async throws {
    let networks = "192.168.8.0/23,10.96.0.0/12,10.244.0.0/16"
    let without = try await verdict(Self.apiServer([("HTTPS_PROXY", ProxyTests.proxy), ("NO_PROXY", networks)]))
    #expect(without.state == .ok)
    #expect(without.evidence.contains { $0.value.contains("webhooks go through the proxy") })
    let with = try await verdict(
      Self.apiServer([("HTTPS_PROXY", ProxyTests.proxy), ("NO_PROXY", "\(networks),.svc,.cluster.local")]))
    #expect(with.state == .ok)
    #expect(!with.evidence.contains { $0.value.contains("webhooks") })
  }

  @Test("a forgotten copy of a manifest is the same pod, and the worse of both counts")
  func copies() async throws {
    let good = Self.apiServer([("HTTPS_PROXY", ProxyTests.proxy), ("NO_PROXY", "\"*\"")])
    for name in ["a.yaml", "z.yaml"] {
      let bad = MachineHost.manifest("kube-apiserver", Self.flag, environment: [("HTTPS_PROXY", ProxyTests.proxy)])
      let verdict = try await verdict(good.merging(["/etc/kubernetes/manifests/\(name)": bad]) { $1 })
      #expect(verdict.state == .warning)
      #expect(verdict.evidence.first?.source.hasPrefix("/etc/kubernetes/manifests/\(name):") == true)
    }
  }

  @Test("a star needs to know nothing, anything else does")
  func star() async throws {
    let star = Self.apiServer([("HTTPS_PROXY", ProxyTests.proxy), ("NO_PROXY", "\"*\"")])
    #expect(try await verdict(star, forbidden: ["/etc/keepalived/keepalived.conf", "/proc/net"]).state == .ok)
    let list = Self.apiServer([("HTTPS_PROXY", ProxyTests.proxy), ("NO_PROXY", "192.168.8.0/23,10.0.0.0/8")])
    #expect(try await verdict(list).state == .ok)
    // The kubeconfig says which address is the API servers', whatever Keepalived moves.
    #expect(try await verdict(list, forbidden: ["/etc/keepalived/keepalived.conf"]).state == .ok)
    let hidden = try await verdict(list, forbidden: ["/proc/net/fib_trie"])
    #expect(hidden.state == .unknown)
    #expect(
      hidden.summary
        == "it asks the proxy \(ProxyTests.proxy), and whom it must ask directly cannot be seen: "
        + "/proc/net/fib_trie: permission denied")
  }

  @Test("manifests that cannot be read or parsed are unknown for themselves")
  func unreadable() async throws {
    let path = "/etc/kubernetes/manifests/kube-scheduler.yaml"
    let broken = try await verdict([path: "kind: [\n"], subject: path)
    #expect(broken.state == .unknown)
    #expect(broken.summary.hasPrefix("its proxy variables cannot be seen: \(path): "))
    let hidden = try await verdict([:], forbidden: ["/etc/kubernetes/manifests"], subject: "/etc/kubernetes/manifests")
    #expect(hidden.state == .unknown)
  }

  @Test("environment files that cannot be read or followed make the component unknown")
  func environmentFiles() async throws {
    let set: [String: String?] = [ProxyTests.dropIn: ProxyTests.environment("HTTPS_PROXY=\(ProxyTests.proxy)")]
    for (line, problem) in [
      ("-/etc/secret.env", "/etc/secret.env: permission denied"),
      ("/etc/env.d/*.env", "/etc/env.d/*.env: patterns and specifiers of EnvironmentFile= are not followed"),
      ("-/etc/default/%p", "/etc/default/%p: patterns and specifiers of EnvironmentFile= are not followed"),
    ] {
      let changes = set.merging(["/etc/systemd/system/crio.service.d/p.conf": "[Service]\nEnvironmentFile=\(line)\n"]) {
        $1
      }
      let verdict = try await verdict(changes, forbidden: ["/etc/secret.env"], subject: "crio")
      #expect(verdict.state == .unknown)
      #expect(verdict.summary == "its proxy variables cannot be seen: \(problem)")
      #expect(try await self.verdict(changes, forbidden: ["/etc/secret.env"], subject: "kubelet").state == .warning)
    }
    let units = try await verdict(set, forbidden: ["/etc/systemd/system/crio.service.d"], subject: "crio")
    #expect(units.state == .unknown)
  }

  @Test("/etc/environment is for logins: never judged, but told")
  func logins() async throws {
    let text = "PATH=\"/bin\"\nexport HTTPS_PROXY=\"http://me:word@proxy:3128\"\nno_proxy='10.0.0.0/8,.lan'\n"
    let verdict = try await verdict(["/etc/environment": text], subject: "")
    #expect(verdict.state == .ok)
    #expect(verdict.summary.hasSuffix("but /etc/environment:2 sets one for logins, and kubeadm copies it"))
    #expect(
      verdict.evidence == [
        Evidence("/etc/environment:2", "HTTPS_PROXY=http://***@proxy:3128"),
        Evidence("/etc/environment:3", "no_proxy=10.0.0.0/8,.lan (networks: honoured by Go programs, not by all)"),
      ])
  }

  @Test("a machine that knows no cluster yet needs its own address only")
  func candidate() async throws {
    let unit = ["/usr/lib/systemd/system/crio.service": ProxyTests.environment("HTTPS_PROXY=\(ProxyTests.proxy)")]
    let verdict = try await MachineHost.verdict(
      "machine.proxy", subject: "crio", MachineHost.bare, unit.mapValues(Optional.some))
    #expect(verdict.summary.contains("for this node 192.168.9.141: NO_PROXY is not set"))
    let lost = try await MachineHost.verdict(
      "machine.proxy", subject: "crio", MachineHost.bare,
      unit.merging(MachineHost.network("10.244.7.0")) { $1 }.mapValues(Optional.some))
    #expect(lost.state == .ok)
    #expect(lost.summary.hasPrefix("nothing inside the cluster is known here yet"))
  }

  @Test("--node-ip decides which address is the node's")
  func nodeIP() async throws {
    let changes: [String: String?] = [
      "/etc/default/kubelet": "KUBELET_EXTRA_ARGS=--node-ip=10.0.0.7\n",
      ProxyTests.dropIn: ProxyTests.environment("HTTPS_PROXY=\(ProxyTests.proxy) NO_PROXY=192.168.8.0/23"),
    ]
    let verdict = try await MachineHost.verdict("machine.proxy", subject: "kubelet", MachineHost.worker, changes)
    #expect(verdict.summary.contains("for this node 10.0.0.7: NO_PROXY does not cover it"))
  }
}

@Suite("Proxies: secrets and hostile values")
struct ProxySecretTests {
  @Test(
    "passwords never leave the parser",
    arguments: [
      "http://me:hunter2@proxy:3128", "me:hunter2@proxy:3128", "http://me:hunter2,x@proxy", "http://me:hunter2 y@proxy",
      "http://me:hunter2@@proxy", "http://me:hunter2/z@proxy", "http://me:'hunter2@proxy", "HTTP://hunter2@proxy",
      "http://me:x@hunter2@proxy",
    ])
  func masked(value: String) async throws {
    let quoted = value.contains("'") ? "\"\(value)\"" : "'\(value)'"
    let environment = [("HTTPS_PROXY", "\"\(value)\""), ("HTTP_PROXY", "\"\(value)\"")]
    let changes: [String: String?] = [
      "/etc/environment": "HTTPS_PROXY=\(quoted)\n", "/etc/default/kubelet": "HTTPS_PROXY=\(quoted)\nTOKEN=hunter2\n",
      "/etc/kubernetes/manifests/kube-apiserver.yaml": MachineHost.manifest(
        "kube-apiserver", "-v", environment: environment),
    ]
    let test = try TestHost(MachineHost.master.merging(changes.compactMapValues { $0 }) { $1 })
    let plugin = MachinePlugin(host: test.host)
    let observation = try await plugin.observe(at: TestHost.time)
    let verdicts = plugin.judge(observation)
    #expect(Set(verdicts.filter { $0.check == "machine.proxy" }.map(\.subject)) == ["kubelet", "kube-apiserver"])
    #expect(!"\(observation)".contains("hunter2"))
    #expect(!"\(verdicts)".contains("hunter2"))
    #expect("\(verdicts)".contains("***@"))
  }

  @Test("a proxy without a scheme is one of http")
  func scheme() async throws {
    let changes = [ProxyTests.dropIn: ProxyTests.environment("HTTPS_PROXY=proxy:3128")]
    let verdict = try await MachineHost.verdict(
      "machine.proxy", subject: "kubelet", MachineHost.worker, changes.mapValues(Optional.some))
    #expect(verdict.summary.contains("the proxy http://proxy:3128 for"))
  }

  @Test("a list of 100 kB in a unit is read and judged")
  func longList() async throws {
    let list = (0..<7000).map { "10.244.\($0 / 256).\($0 % 256)" }.joined(separator: ",")
    let text = ProxyTests.environment("HTTPS_PROXY=p \"NO_PROXY=\(list),192.168.9.120\"")
    let verdict = try await MachineHost.verdict(
      "machine.proxy", subject: "kubelet", MachineHost.worker, [ProxyTests.dropIn: text])
    #expect(verdict.summary.contains("for this node 192.168.9.141: NO_PROXY does not cover it"))
  }

  @Test("lists that cannot be typed get no command, long ones are shown in part")
  func untypeable() async throws {
    for list in [
      "a'b", "a$(reboot)", "a|b", "x\u{1B}y", (0..<9000).map { "10.0.\($0 % 256).1" }.joined(separator: ","),
    ] {
      let changes: [String: String?] = [
        "/etc/default/kubelet": "HTTPS_PROXY=p\nNO_PROXY=\"\(list)\"\n".replacing("$", with: "\\$")
      ]
      let verdict = try await MachineHost.verdict("machine.proxy", subject: "kubelet", MachineHost.worker, changes)
      #expect(verdict.state == .warning)
      #expect(verdict.remedy == nil)
      #expect(verdict.evidence.allSatisfy { $0.value.utf8.count < 400 && !$0.value.contains("\u{1B}") })
    }
  }
}
