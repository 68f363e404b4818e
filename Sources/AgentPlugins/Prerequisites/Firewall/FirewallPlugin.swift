package import AgentCore
import AgentHost
package import AgentKnowledge
import AgentText

/// firewalld and ufw, and what must pass them.
package struct FirewallPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "firewall", area: .prerequisites, summary: "Firewalls that keep out what the cluster needs.",
    checks: FirewallChecks.all, rhythm: .every(.seconds(300)), deadline: .seconds(2),
    requirements: [FirewalldFiles.directory, UfwReader.userRules, UfwReader.beforeRules, CNINetwork.directory].map {
      Requirement(.file($0), for: [FirewallChecks.active], permission: "CAP_DAC_READ_SEARCH, or read access to \($0)")
    })

  private static let firewalld = UnitName(service: "firewalld")
  private static let ufw = UnitName(service: "ufw")

  private let host: Host

  /// Watches a host.
  package init(host: Host) { self.host = host }

  /// The configuration of both, what tells the needs, and firewalld's start and end.
  package func triggers() -> AsyncStream<Trigger> {
    let own = ["", "/zones", "/services", "/policies"].map { FirewalldFiles.directory + $0 }
    return host.changes(
      of: own + LoadedRulesReader.paths + ["/etc/ufw", UfwReader.defaults, CNINetwork.directory, StaticPod.directory]
        + KubeletSource.watchedPaths, units: [Self.firewalld])
  }

  /// Reads the firewalls' files and the processes' names.
  package func observe(at time: HostTime) async throws -> FirewallObservation {
    let kubelet = try await host.kubelet.facts()
    let (roles, cluster) = (host.roles, host.cluster)
    var observation = try await host.read { files in
      FirewallObservation(reading: files, kubelet: kubelet, roles: roles, cluster: cluster, at: time)
    }
    // Without a bus the files say what they can.
    let units = await host.systemd.units([Self.firewalld, Self.ufw])
    if let status = try? units[Self.firewalld]?.get() {
      observation.firewalld.settle(by: status, of: Self.firewalld, isDaemon: true)
    }
    if let status = try? units[Self.ufw]?.get() { observation.ufw.settle(by: status, of: Self.ufw, isDaemon: false) }
    return observation
  }

  /// One verdict for both firewalls.
  package func judge(_ observation: FirewallObservation) -> [Verdict] { [FirewallJudge(observation).verdict] }

  /// Nothing that the check does not say.
  package func metrics(_ observation: FirewallObservation) -> [MetricFamily] { [] }
}

extension FirewallObservation {
  /// Reads everything; for the worker thread.
  init(reading files: HostFiles, kubelet: KubeletFacts, roles: Set<Role>, cluster: ClusterSettings, at time: HostTime) {
    let endpoint = ControlPlaneEndpoint.detect(
      files, configured: cluster.controlPlane.endpoint, isControlPlane: roles.contains(.controlPlane))
    let servers = cluster.controlPlane.members + [endpoint.value?.endpoint].compactMap(\.self)
    let node = NodeNetwork.read(files, kubelet: kubelet, peers: servers.compactMap(\.host.address))
    let firewalld = FirewalldReader(files: files, node: node).state()
    let ufw = UfwReader(files: files, node: node).state()
    let loaded = LoadedRulesReader(files: files, node: node).states()
    // Nothing has to pass what does not stand in the way.
    var needs = FirewallNeeds()
    if firewalld.rules != nil || ufw.rules != nil || !loaded.isEmpty {
      let hasKubelet = kubelet.irrelevance(roles: roles) == nil
      needs = FirewallNeedsReader(files: files, roles: roles, hasKubelet: hasKubelet, cluster: cluster).needs()
    }
    self.init(takenAt: time, firewalld: firewalld, ufw: ufw, loaded: loaded, needs: needs)
  }
}

/// The check of firewalls, with its texts.
enum FirewallChecks {
  static let active: CheckID = "firewall.active"
  static let all = [definition]

  private static let definition = CheckDefinition(
    active, title: "No firewall keeps out what the cluster needs",
    why: """
      A firewall that does not let in the kubelet's, etcd's or the network plugin's ports breaks the node in ways that \
      look like other faults: logs and exec fail, pods do not reach other nodes, two hosts hold one address. Open the \
      ports, or stop the firewall and let the network in front of the nodes protect them.
      """,
    source: """
      The process firewalld and its permanent configuration in /etc/firewalld and /usr/lib/firewalld; /etc/ufw/ufw.conf, \
      /etc/default/ufw, before.rules and user.rules of /etc/ufw. What is needed: the roles, /etc/cni/net.d, the \
      interfaces of the network plugin, the pools of service addresses. Where netfilter-persistent or iptables starts at \
      boot, the rules that it loads; those of nftables are not read, and rules that no file holds are not looked at.
      """,
    confirm: "firewall-cmd --state; firewall-cmd --list-all; ufw status verbose",
    remedy: "systemctl disable --now firewalld; ufw disable",
    undo: "systemctl enable --now firewalld; ufw enable", worst: .warning, atRisk: [.workloads])
}
