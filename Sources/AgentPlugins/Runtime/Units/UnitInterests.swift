import AgentCore
import AgentHost
import AgentKnowledge
import AgentText

/// Which units are looked at on a host, and why.
enum UnitInterests {
  static let kubelet = UnitName(service: "kubelet")
  static let crio = UnitName(service: "crio")
  static let containerd = UnitName(service: "containerd")
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
    [kubelet, crio, containerd, keepalived, haproxy, nfsServer, tunnelClient, tunnelServer, firewall] + timeDaemons

  private static let keepalivedFile = "/etc/keepalived/keepalived.conf"
  private static let haproxyFile = "/etc/haproxy/haproxy.cfg"

  /// The known and the configured units with the interest in each, in the order of reports.
  static func find(
    _ files: HostFiles, kubelet facts: KubeletFacts, roles: Set<Role>, configured: [UnitName]
  ) -> [(name: UnitName, interest: WatchedUnit.Interest)] {
    let balances = roles.contains(.loadBalancer)
    let interests: [UnitName: WatchedUnit.Interest] = [
      kubelet: kubeletInterest(facts, roles: roles), crio: runtime("crio", facts, roles: roles),
      containerd: runtime("containerd", facts, roles: roles),
      keepalived: balances && has(keepalivedFile, files) ? .needed("\(keepalivedFile) has a virtual address") : .known,
      haproxy: balances && has(haproxyFile, files) ? .needed("\(haproxyFile) balances the API servers") : .known,
      nfsServer: roles.contains(.storage) ? .needed("this host exports file systems") : .known,
    ]
    let own = configured.filter { !known.contains($0) }
    return known.map { ($0, configured.contains($0) ? .needed("configured") : interests[$0] ?? .known) }
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

  private static func has(_ path: String, _ files: HostFiles) -> Bool {
    guard let kind = try? files.kind(path) else { return false }
    return kind == .regular
  }
}
