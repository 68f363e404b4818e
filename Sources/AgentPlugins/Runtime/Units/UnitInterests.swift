import AgentCore
import AgentHost
import AgentKnowledge
import AgentText

/// Which units are looked at on a host, and why.
enum UnitInterests {
  static let kubelet = UnitName(service: "kubelet")
  static let crio = UnitName(service: "crio")
  static let containerd = UnitName(service: "containerd")
  /// The unit of Mirantis' packages of cri-dockerd, and the one that it works by.
  static let dockerShim = UnitName(service: "cri-docker")
  static let docker = UnitName(service: "docker")
  static let keepalived = UnitName(service: "keepalived")
  static let haproxy = UnitName(service: "haproxy")
  static let nfsServer = UnitName(service: "nfs-server")
  static let tunnelClient = UnitName(service: "frpc")
  static let tunnelServer = UnitName(service: "frps")
  /// Debian calls chronyd `chrony.service`.
  static let timeDaemons = ["chronyd", "chrony", "systemd-timesyncd"].compactMap {
    try? UnitName(settingsScalar: "\($0).service")
  }
  static let firewall = UnitName(service: "firewalld")

  /// All that may be looked at without being configured: what is listened to.
  static let known =
    [
      kubelet, crio, containerd, dockerShim, docker, keepalived, haproxy, nfsServer, tunnelClient, tunnelServer,
      firewall,
    ] + timeDaemons

  private static let keepalivedFile = "/etc/keepalived/keepalived.conf"
  private static let haproxyFile = "/etc/haproxy/haproxy.cfg"

  /// The known and the configured units with the interest in each, in the order of reports.
  static func find(
    _ files: HostFiles, kubelet facts: KubeletFacts, roles: Set<Role>, configured: [UnitName]
  ) -> [(name: UnitName, interest: WatchedUnit.Interest)] {
    let balances = roles.contains(.loadBalancer)
    let pods = balances ? (try? StaticPod.all(files).pods) ?? [] : []
    // kubeadm's docs/ha-considerations.md runs both as static pods, with images such as osixia/keepalived.
    let isPod = { (program: String) in
      pods.contains { $0.containers.contains { $0.name == program || $0.imageName == program } }
    }
    let interests: [UnitName: WatchedUnit.Interest] = [
      kubelet: kubeletInterest(facts, roles: roles), crio: runtime("crio", facts, roles: roles),
      containerd: runtime("containerd", facts, roles: roles),
      dockerShim: runtime("cri-dockerd", facts, roles: roles), docker: runtime("cri-dockerd", facts, roles: roles),
      keepalived: balances && has(keepalivedFile, files) && !isPod("keepalived")
        ? .needed("\(keepalivedFile) has a virtual address") : .known,
      haproxy: balances && has(haproxyFile, files) && !isPod("haproxy")
        ? .needed("\(haproxyFile) balances the API servers") : .known,
      nfsServer: roles.contains(.storage) ? .needed("this host exports file systems") : .known,
    ]
    let isIrrelevant = { (unit: UnitName) in
      [dockerShim, docker].contains(unit) && interests[unit] == .known && !configured.contains(unit)
    }
    let own = configured.filter { !known.contains($0) }
    return known.filter { !isIrrelevant($0) }.map {
      ($0, configured.contains($0) ? .needed("configured") : interests[$0] ?? .known)
    }
      + own.map { ($0, .needed("configured")) }
  }

  private static func kubeletInterest(_ facts: KubeletFacts, roles: Set<Role>) -> WatchedUnit.Interest {
    switch facts.joining {
    case .notJoined: .notJoined
    case .joined, .lost, .bootstrapping:
      roles.isDisjoint(with: [.controlPlane, .worker]) ? .known : .needed("this node belongs to a cluster")
    case .unknown: .known
    }
  }

  /// The runtime that the kubelet is told to use is the one that a node needs.
  private static func runtime(_ name: String, _ facts: KubeletFacts, roles: Set<Role>) -> WatchedUnit.Interest {
    guard !roles.isDisjoint(with: [.controlPlane, .worker]), facts.hasJoined,
      case .known(let endpoint?, _) = facts.configuration.text(
        ["containerRuntimeEndpoint"], flag: "container-runtime-endpoint"), endpoint.contains(name)
    else { return .known }
    return .needed("the kubelet's runtime is \(PlainText.short(endpoint))")
  }

  /// The program of a unit that a process of another origin may take the place of: a container, or one started by hand.
  static func program(of unit: UnitName) -> String? {
    switch unit {
    case keepalived: "keepalived"
    case haproxy: "haproxy"
    default: nil
    }
  }

  private static func has(_ path: String, _ files: HostFiles) -> Bool {
    guard let kind = try? files.kind(path) else { return false }
    return kind == .regular
  }
}
