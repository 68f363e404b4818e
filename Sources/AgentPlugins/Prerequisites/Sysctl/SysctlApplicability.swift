import AgentCore
import AgentHost
import AgentKnowledge
import AgentText

/// What was seen on the host that makes parameters matter.
struct SysctlApplicability: Sendable, Equatable {
  private static let manifests = [
    ("/etc/kubernetes/manifests/kube-controller-manager.yaml", "--cluster-cidr="),
    ("/etc/kubernetes/manifests/kube-apiserver.yaml", "--service-cluster-ip-range="),
  ]
  private static let ipvsTable = "/proc/net/ip_vs"

  /// Pods have IPv6 addresses.
  var dualStack: Applicability
  /// The network plugin hands packets over a bridge.
  var bridge: Applicability
  /// The network plugin is Calico with its eBPF data path.
  var calico: Applicability
  /// HAProxy binds an address that another host may hold.
  var foreignBind: Applicability
  /// kube-proxy works by IPVS.
  var ipvs: Applicability

  /// Looks for them; for the worker thread.
  init(reading files: HostFiles, kubelet: KubeletConfiguration) {
    let network = CNINetwork.find(files)
    dualStack = Self.dualStack(files, kubelet, network)
    bridge = NetworkApplicability.bridge(network)
    calico = Self.calico(network, files)
    foreignBind = BalancerBinds.sign(files)
    ipvs = Self.ipvs(files)
  }

  /// Felix makes the interface where its eBPF data path is in use (dataplane/linux/bpf_ep_mgr.go, Calico 3.23 and later).
  private static let ebpfInterface = "/sys/class/net/bpfin.cali"

  private static func calico(_ network: Fact<CNINetwork>, _ files: HostFiles) -> Applicability {
    let plugin = calico(network)
    guard case .seen = plugin else { return plugin }
    do throws(FileError) {
      let isLink = try files.linkTarget(ebpfInterface) != nil
      let isThere = try files.kind(ebpfInterface) != nil
      guard isLink || isThere else {
        return .notSeen("Calico works without eBPF (no interface bpfin.cali)")
      }
      return .seen(Evidence(ebpfInterface, "present"))
    } catch {
      return .hidden(error)
    }
  }

  private static func calico(_ network: Fact<CNINetwork>) -> Applicability {
    switch network {
    case .absent: .notSeen("no network plugin is configured in \(CNINetwork.directory) yet")
    case .unreadable(let error): .hidden(error)
    case .known(let network, let source):
      network.isCalico
        ? .seen(Evidence(source, "plugins: \(network.types.joined(separator: ", "))"))
        : .notSeen("the network plugin is not Calico (\(source))")
    }
  }

  /// The table alone is there wherever the module is loaded.
  private static func ipvs(_ files: HostFiles) -> Applicability {
    do throws(FileError) {
      guard try files.kind(ipvsTable) != nil else { return .notSeen("IPVS is not in use (no \(ipvsTable))") }
      return NetworkApplicability.ipvs(files)
    } catch {
      return .hidden(error)
    }
  }
}

extension SysctlApplicability {
  /// IPv6 in the kubelet's --node-ip and clusterDNS, in the pod and service networks of a control plane's manifests, or
  /// in the network plugin's configuration: none of them alone is on every node.
  private static func dualStack(
    _ files: HostFiles, _ kubelet: KubeletConfiguration, _ network: Fact<CNINetwork>
  ) -> Applicability {
    let signs =
      [nodeAddress(kubelet), clusterDNS(kubelet), plugin(network)] + manifests.map { manifest($0, $1, files) }
    return .any(
      signs,
      else:
        "no IPv6 in the kubelet's --node-ip and clusterDNS, the control plane's manifests or \(CNINetwork.directory)")
  }

  private static func nodeAddress(_ kubelet: KubeletConfiguration) -> Applicability {
    switch kubelet.text(["nodeIP"], flag: "node-ip") {
    case .unknown(let problem): .hidden(Evidence(problem.source, problem.message))
    case .known(let value, let source): ipv6(in: (value ?? "").split(separator: ","), source: source)
    }
  }

  private static func clusterDNS(_ kubelet: KubeletConfiguration) -> Applicability {
    switch kubelet.node(["clusterDNS"]) {
    case .unknown(let problem): .hidden(Evidence(problem.source, problem.message))
    case .known(let node, let source): ipv6(in: (node?.sequence ?? []).compactMap(\.text), source: source)
    }
  }

  private static func plugin(_ network: Fact<CNINetwork>) -> Applicability {
    switch network {
    case .absent: .notSeen("")
    case .unreadable(let error): .hidden(error)
    // CRI-O's example gives IPv6 addresses too, and says nothing of the cluster.
    case .known(let network, _) where network.dataPath == .placeholder: .notSeen("")
    case .known(let network, let source): network.ipv6.map { .seen(Evidence(source, $0)) } ?? .notSeen("")
    }
  }

  private static func manifest(_ path: String, _ flag: String, _ files: HostFiles) -> Applicability {
    do throws(FileError) {
      let text = try files.bytesIfPresent(path).map { String(decoding: $0, as: UTF8.self) } ?? ""
      for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
        guard let start = line.firstRange(of: flag)?.upperBound else { continue }
        let networks = line[start...].prefix { !" \t\"'#".contains($0) }.split(separator: ",")
        let sign = ipv6(in: networks, source: "\(path):\(index + 1)")
        if case .seen = sign { return sign }
      }
      return .notSeen("")
    } catch {
      return .hidden(error)
    }
  }

  private static func ipv6(in values: [some StringProtocol], source: String) -> Applicability {
    values.first { AddressText.isIPv6($0) }.map { .seen(Evidence(source, String($0))) } ?? .notSeen("")
  }
}
