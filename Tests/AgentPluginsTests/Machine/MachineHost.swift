import AgentCore
import Testing

@testable import AgentKnowledge
@testable import AgentPlugins
@testable import AgentText

/// Recorded hosts for the tests of the machine plugin.
enum MachineHost {
  /// Tables below /proc/net of a host with these addresses, on one /24 with a default route.
  static func network(_ addresses: String..., gateway: String = "0109A8C0", link: String = "0009A8C0") -> [String:
    String]
  {
    let leaves = addresses.map { "     |-- \($0)\n        /32 host LOCAL\n" }.joined()
    return [
      "/proc/net/fib_trie": "Local:\n  +-- 0.0.0.0/0 2 0 2\n     |-- 127.0.0.1\n        /32 host LOCAL\n" + leaves,
      "/proc/net/route": """
      Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
      eth0\t00000000\t\(gateway)\t0003\t0\t0\t0\t00000000\t0\t0\t0
      eth0\t\(link)\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
      tunl0\t0000F40A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0

      """,
    ]
  }

  /// A machine with nothing to complain of, without a role yet.
  static let bare = network("192.168.9.141", "10.244.7.0").merging(
    [
      "/proc/meminfo": "MemTotal:        2030124 kB\nMemFree:           1 kB\n",
      "/sys/devices/system/cpu/online": "0\n",
      "/proc/sys/kernel/hostname": "k-worker-1\n", "/etc/hostname": "k-worker-1\n",
      "/etc/hosts": "127.0.0.1 localhost\n192.168.9.141\tk-worker-1.lan k-worker-1 # me\n",
      "/etc/nsswitch.conf": "passwd: files\nhosts:          files dns\n",
      "/proc/self/mountinfo": "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n",
      "/usr/sbin/iptables": "", "/usr/sbin/conntrack": "", "/etc/os-release": "ID=debian\n",
    ]) { $1 }

  static let kubeletUnit =
    "[Service]\nEnvironmentFile=-/etc/default/kubelet\nExecStart=/usr/bin/kubelet $KUBELET_EXTRA_ARGS\n"

  /// A joined worker of reference cluster B.
  static let worker = bare.merging(
    [
      "/etc/kubernetes/kubelet.conf": kubeconfig("https://192.168.9.120:6443"), "/usr/bin/kubelet": "",
      "/usr/lib/systemd/system/kubelet.service": kubeletUnit,
      "/usr/lib/systemd/system/crio.service":
        "[Service]\nEnvironmentFile=-/etc/sysconfig/crio\nExecStart=/usr/bin/crio\n",
      "/var/lib/kubelet/config.yaml": "kind: KubeletConfiguration\n",
      "/var/lib/dpkg/status": "Package: kubelet\nStatus: install ok installed\nVersion: 1.31.2-1.1\n",
    ]) { $1 }

  /// A control-plane node of it.
  static let master = worker.merging(network("192.168.9.121")) { $1 }.merging(
    [
      "/proc/meminfo": "MemTotal:        2997248 kB\n", "/sys/devices/system/cpu/online": "0-1\n",
      "/proc/sys/kernel/hostname": "k-master-1\n", "/etc/hostname": "k-master-1\n",
      "/etc/hosts": "127.0.0.1 localhost\n192.168.9.121 k-master-1\n",
      "/etc/kubernetes/admin.conf": kubeconfig("https://192.168.9.120:6443"),
      "/etc/kubernetes/manifests/kube-apiserver.yaml": manifest(
        "kube-apiserver", "--service-cluster-ip-range=10.96.0.0/12"),
      "/etc/kubernetes/manifests/kube-controller-manager.yaml":
        manifest("kube-controller-manager", "--cluster-cidr=10.244.0.0/16"),
    ]) { $1 }

  static func kubeconfig(_ server: String) -> String {
    "clusters:\n- cluster:\n    server: \(server)\n  name: kubernetes\n"
  }

  /// A static pod as kubeadm writes it.
  static func manifest(_ name: String, _ flag: String, environment: [(String, String)] = []) -> String {
    let variables = environment.map { "    - name: \($0.0)\n      value: \($0.1)\n" }.joined()
    return """
      apiVersion: v1
      kind: Pod
      metadata:
        name: \(name)
      spec:
        containers:
        - command:
          - \(name)
          - \(flag)
          image: registry.k8s.io/\(name):v1.31.2
          name: \(name)

      """ + (environment.isEmpty ? "" : "    env:\n" + variables)
  }

  /// What the plugin says of a host.
  static func verdicts(
    _ base: [String: String], _ changes: [String: String?] = [:], links: [String: String] = [:],
    forbidden: [String] = [], roles: Set<Role>? = nil, cluster: String = ""
  ) async throws -> [Verdict] {
    var contents = base
    for (path, text) in changes { contents[path] = text }
    let settings: ClusterSettings = try Settings.load(text: Array(cluster.utf8), file: "f").decode()
    let test = try TestHost(contents, links: links, forbidden: forbidden, roles: roles, cluster: settings)
    let plugin = MachinePlugin(host: test.host)
    let observation = try await plugin.observe(at: TestHost.time)
    #expect(observation.takenAt == TestHost.time)
    #expect(plugin.metrics(observation).isEmpty)
    let verdicts = plugin.judge(observation)
    #expect(Set(verdicts.map(\.key)).count == verdicts.count, "a subject is judged once")
    #expect(Set(verdicts.map(\.check)) == Set(MachineChecks.all.map(\.id)), "every check says something")
    #expect(verdicts.allSatisfy { !$0.summary.isEmpty && !$0.summary.contains("\n") && !$0.summary.hasSuffix(".") })
    return verdicts
  }

  /// The only verdict of one check and subject.
  static func verdict(
    _ check: CheckID, subject: String = "", _ base: [String: String], _ changes: [String: String?] = [:],
    links: [String: String] = [:], forbidden: [String] = [], roles: Set<Role>? = nil, cluster: String = ""
  ) async throws -> Verdict {
    let all = try await verdicts(base, changes, links: links, forbidden: forbidden, roles: roles, cluster: cluster)
    return try #require(all.first { $0.check == check && $0.subject == subject }, "\(all.map(\.key))")
  }
}
