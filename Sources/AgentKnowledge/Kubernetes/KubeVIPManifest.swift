package import AgentHost
package import AgentText

/// kube-vip as a static pod: what its flags and its environment say (cmd/kube-vip.go, pkg/kubevip/config_environment.go of
/// 0.6 to 1.0). The environment wins, as kube-vip reads it last.
package struct KubeVIPManifest: Sendable, Equatable {
  /// How it brings an address to the network.
  package enum Mode: String, Sendable, Equatable {
    /// The elected node answers ARP or neighbour discovery.
    case arp = "ARP"
    /// Every node has it on loopback and tells routers.
    case bgp = "BGP"
    /// Every node has it on loopback and a route of its own, which another program tells routers.
    case routingTable = "a routing table"
    /// It goes through a tunnel.
    case wireguard = "WireGuard"
  }

  /// The manifest.
  package var path: String
  /// `address`, in older manifests `vip_address`; addresses or names, separated by commas.
  package var address: StaticPod.Variable?
  /// `port` of the API servers; nil when it names none.
  package var port: StaticPod.Variable?
  /// `vip_interface`; nil: that of the default route.
  package var interface: StaticPod.Variable?
  /// Whether it moves the API servers' address (`cp_enable`), or Services' alone.
  package var movesControlPlane: Bool
  /// How the address comes to the network.
  package var mode: Mode?
  /// `vip_leaderelection`: whether only one node does so at a time.
  package var electsLeader: Bool
  /// The files below /etc/kubernetes that it mounts: the kubeconfig of its leader election.
  package var kubeconfigs: [StaticPod.HostPath]

  /// Whether it announces the address by ARP.
  package var usesARP: Bool { mode == .arp }

  /// The first manifest with a container of kube-vip; nil when there is none.
  ///
  /// - Throws: ``FileError`` when there is none among those that can be read, and one cannot.
  package static func find(_ files: HostFiles) throws(FileError) -> KubeVIPManifest? {
    let (pods, problems) = try StaticPod.all(files)
    for pod in pods {
      if let container = pod.containers.first(where: { $0.image.contains("kube-vip") }) {
        return KubeVIPManifest(pod, container)
      }
    }
    for case .unreadable(let error) in problems { throw error }
    return nil
  }

  private init(_ pod: StaticPod, _ container: StaticPod.Container) {
    let setting = KubeVIPSettings(container)
    path = pod.path
    address = setting.value(["address", "vip_address"], flags: ["address", "vip"])
    port = setting.value(["port"], flags: ["port"])
    interface = setting.value(["vip_interface"], flags: ["interface"])
    let controlPlane = setting.isOn("cp_enable", flag: "controlplane")
    // Manifests from before there was `cp_enable` name neither.
    movesControlPlane = controlPlane ?? (setting.isOn("svc_enable", flag: "services") != true)
    let modes: [(Mode, String, String)] = [
      (.bgp, "bgp_enable", "bgp"), (.arp, "vip_arp", "arp"), (.wireguard, "vip_wireguard", "wireguard"),
      (.routingTable, "vip_routingtable", "table"),
    ]
    // In the order in which the manager looks (pkg/manager/manager.go, Start).
    mode = modes.first { setting.isOn($0.1, flag: $0.2) == true }?.0
    electsLeader = setting.isOn("vip_leaderelection", flag: "leaderElection") == true
    kubeconfigs = pod.hostPaths.filter { $0.path.hasPrefix("/etc/kubernetes/") && $0.path.hasSuffix(".conf") }
  }

  /// The addresses or names that it announces, one of each family; nil when one of them or the port is wrong.
  package var endpoints: [Endpoint]? {
    guard let address, let port = try? PortNumber(settingsScalar: port?.value ?? "6443") else { return nil }
    var found: [Endpoint] = []
    for part in address.value.split(separator: ",") {
      let text = part.drop(while: \.isWhitespace).prefix { !$0.isWhitespace && $0 != "/" }
      guard let host = try? NetworkHost(settingsScalar: String(text)) else { return nil }
      found.append(Endpoint(host: host, port: port))
    }
    return found.isEmpty ? nil : found
  }

  /// The first address and the port that it announces; nil when they are missing or wrong.
  package var endpoint: Endpoint? { endpoints?.first }

  /// Whether it moves an address of the API servers.
  package func moves(_ address: IPAddress) -> Bool {
    movesControlPlane && endpoints?.contains { $0.host.address == address } == true
  }
}

/// The settings of kube-vip's container by their names.
private struct KubeVIPSettings {
  let container: StaticPod.Container

  init(_ container: StaticPod.Container) { self.container = container }

  /// The first variable that is set, else the last of the flags.
  func value(_ names: [String], flags: [String]) -> StaticPod.Variable? {
    for name in names {
      if let found = container.environment.last(where: { $0.name == name && !$0.value.isEmpty }) { return found }
    }
    return flags.lazy.compactMap { flag($0, isSwitch: false) }.first { !$0.value.isEmpty }
  }

  /// A truth value as Go's strconv.ParseBool reads it; nil when nothing says it.
  func isOn(_ name: String, flag: String) -> Bool? {
    switch (value([name], flags: [])?.value ?? self.flag(flag, isSwitch: true)?.value) ?? "" {
    case "1", "t", "T", "TRUE", "true", "True": return true
    case "0", "f", "F", "FALSE", "false", "False": return false
    default: return nil
    }
  }

  /// `--NAME=VALUE`, `--NAME VALUE`, or for a switch `--NAME` alone, which takes no word after it.
  private func flag(_ name: String, isSwitch: Bool) -> StaticPod.Variable? {
    var found: StaticPod.Variable?
    for (index, word) in container.words.enumerated() {
      if word.text.hasPrefix("--\(name)=") {
        found = .init(name: name, value: String(word.text.dropFirst(name.count + 3)), line: word.line)
      } else if word.text == "--\(name)" {
        let next = index + 1 < container.words.count ? container.words[index + 1].text : ""
        found = .init(name: name, value: isSwitch ? "true" : next, line: word.line)
      }
    }
    return found
  }
}
