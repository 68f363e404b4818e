package import AgentCore
import AgentHost
package import AgentKnowledge
import AgentText

/// The network that pods get.
package struct CNIPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "cni", area: .runtime, summary: "The network configuration that the container runtime uses.",
    checks: [configuration], rhythm: .every(.seconds(10)), deadline: .seconds(3),
    requirements: [
      Requirement(.file(CNINetwork.directory), for: [configuration.id], permission: "CAP_DAC_READ_SEARCH")
    ])

  private static let configuration = CheckDefinition(
    "cni.configuration", title: "Pods get the cluster's network",
    why: """
      The runtime takes the first file in /etc/cni/net.d, whatever stands in the others. Without one the node stays \
      NotReady; with CRI-O's example first, pods get addresses that no other node can reach.
      """,
    source: "/etc/cni/net.d in the order of names, /opt/cni/bin, NetworkManager's unmanaged-devices",
    confirm: "ls /etc/cni/net.d /opt/cni/bin; crictl info | grep -A3 NetworkReady",
    remedy: "install the cluster's network, or move other files out of /etc/cni/net.d",
    undo: "mv /etc/cni/net.d/NAME.disabled /etc/cni/net.d/NAME", worst: .failing, lost: [.workloads],
    dependsOn: [Dependency("units.state", subject: .named("kubelet.service"))])

  private let host: Host

  /// Watches a host.
  package init(host: Host) { self.host = host }

  /// Every change in the directory of networks and of their programs.
  package func triggers() -> AsyncStream<Trigger> {
    host.changes(of: [CNINetwork.directory, CNISource.programDirectories[0], "/etc/NetworkManager/conf.d"])
  }

  /// Reads the configuration.
  package func observe(at time: HostTime) async throws -> CNIObservation {
    let kubelet = try await host.kubelet.facts()
    let roles = host.roles
    return try await host.read { CNISource.read($0, kubelet: kubelet, roles: roles, at: time) }
  }

  /// One verdict.
  package func judge(_ observation: CNIObservation) -> [Verdict] { [CNIJudge(observation: observation).verdict] }

  /// Nothing that the check does not say.
  package func metrics(_ observation: CNIObservation) -> [MetricFamily] { [] }
}

/// What is configured for the network of pods.
package struct CNIObservation: Sendable, Equatable {
  /// When it was read.
  package var takenAt: HostTime
  /// Why there is nothing to judge; nil on a node of a cluster.
  var irrelevance: String?
  /// The networks in the order in which the runtime takes them: it uses the first.
  var networks: Fact<[CNINetwork]>
  /// The types of the first network's plugins whose program is in none of the directories.
  var missingPrograms: Fact<[String]>
  /// Whether NetworkManager meddles with the interfaces of Calico.
  var manager: InterfaceManager

  /// NetworkManager beside Calico.
  enum InterfaceManager: Sendable, Equatable {
    /// It does not run, it leaves them alone, or there is no Calico.
    case harmless
    /// It runs, and no file tells it to leave them alone.
    case meddling
    case unreadable(FileError)
  }
}

/// Reads what the cni plugin judges; synchronous, for the worker thread.
enum CNISource {
  /// Where CRI-O looks for plugins (crio.conf(5), plugin_dirs), then where distributions put them.
  static let programDirectories = ["/opt/cni/bin", "/usr/libexec/cni", "/usr/lib/cni"]
  static let managerDirectories = ["/etc/NetworkManager", "/run/NetworkManager", "/usr/lib/NetworkManager"]

  static func read(_ files: HostFiles, kubelet: KubeletFacts, roles: Set<Role>, at time: HostTime) -> CNIObservation {
    let networks = Fact(from: CNINetwork.directory) { () throws(FileError) in try CNINetwork.all(files) }
    return CNIObservation(
      takenAt: time, irrelevance: irrelevance(kubelet, roles: roles), networks: networks,
      missingPrograms: missing(files, types: networks.value?.first?.types ?? []),
      manager: manager(files, isCalico: networks.value?.contains(where: \.isCalico) == true))
  }

  private static func irrelevance(_ kubelet: KubeletFacts, roles: Set<Role>) -> String? {
    switch kubelet.joining {
    case .joined, .lost, .bootstrapping: nil
    case .notJoined:
      kubelet.irrelevance(roles: roles) ?? "not joined yet: the cluster's network is installed afterwards"
    case .unknown(let error): roles.isDisjoint(with: [.controlPlane, .worker]) ? "\(error)" : nil
    }
  }

  private static func missing(_ files: HostFiles, types: [String]) -> Fact<[String]> {
    Fact(from: programDirectories[0]) { () throws(FileError) in
      var missing: [String] = []
      for type in types where !type.contains("/") {
        var isThere = false
        for directory in programDirectories where !isThere {
          isThere = try files.kind("\(directory)/\(type)") == .regular
        }
        if !isThere { missing.append(type) }
      }
      return missing
    }
  }

  private static func manager(_ files: HostFiles, isCalico: Bool) -> CNIObservation.InterfaceManager {
    guard isCalico else { return .harmless }
    do throws(FileError) {
      guard try ProcessTable(reading: files).first(named: "NetworkManager") != nil else { return .harmless }
      for path in try managerFiles(files) {
        let settings = UnitText.parse(String(decoding: try files.bytesIfPresent(path) ?? [], as: UTF8.self))
        let leavesAlone = settings.contains {
          $0.key == "unmanaged-devices" && ($0.value.contains("cali") || $0.value.contains("interface-name:*"))
        }
        if leavesAlone { return .harmless }
      }
      return .meddling
    } catch {
      return error.reason == .notFound ? .harmless : .unreadable(error)
    }
  }

  /// NetworkManager.conf and its drop-ins (NetworkManager.conf(5)).
  private static func managerFiles(_ files: HostFiles) throws(FileError) -> [String] {
    var paths = ["/etc/NetworkManager/NetworkManager.conf"]
    for directory in managerDirectories {
      paths += (try files.entries("\(directory)/conf.d") ?? []).filter { $0.hasSuffix(".conf") }
        .map { "\(directory)/conf.d/\($0)" }
    }
    return paths
  }
}

/// Whether pods get the cluster's network.
struct CNIJudge {
  let observation: CNIObservation

  var verdict: Verdict {
    if let reason = observation.irrelevance { return say(.skipped, reason) }
    switch observation.networks {
    case .unreadable(let error): return say(.unknown, "\(error)")
    case .absent: return none
    case .known(let networks, _): return networks.first.map { judge($0, all: networks) } ?? none
    }
  }

  /// The pods that install the network on a node.
  private static let lookForPods =
    "kubectl get pods -A -o wide --field-selector spec.nodeName=$(hostname) | grep -E 'calico|flannel|cilium|weave'"

  private var none: Verdict {
    say(
      .failing, "no network is configured in \(CNINetwork.directory): the node is not ready and no pod starts",
      remedy: Self.lookForPods)
  }

  private func judge(_ first: CNINetwork, all: [CNINetwork]) -> Verdict {
    if first.dataPath == .placeholder { return placeholder(first, all: all) }
    guard !first.types.isEmpty else {
      return say(
        .failing, "\(first.path) names no plugin: no pod starts", remedy: "python3 -m json.tool \(first.path)")
    }
    if let error = observation.missingPrograms.error { return say(.unknown, "\(error)") }
    let missing = observation.missingPrograms.value ?? []
    guard missing.isEmpty else {
      return say(
        .failing,
        "no pod starts: of the network's plugins \(missing.joined(separator: ", ")) is missing in /opt/cni/bin",
        remedy: "ls -l /opt/cni/bin; \(Self.lookForPods)")
    }
    return manager(first)
  }

  /// CRI-O's package brings 10-crio-bridge.conflist or 11-crio-ipv4-bridge.conflist with 10.85.0.0/16.
  private func placeholder(_ first: CNINetwork, all: [CNINetwork]) -> Verdict {
    let remedy = "mv \(first.path) \(first.path).disabled; systemctl restart crio.service"
    guard let second = all.first(where: { $0.dataPath != .placeholder }) else {
      return say(
        .warning, "only CRI-O's own example network is configured: pods get 10.85.0.0/16 and reach no other node",
        remedy: remedy)
    }
    return say(
      .failing, "pods get 10.85.0.0/16: CRI-O's example network comes before the cluster's (\(second.path))",
      remedy: remedy)
  }

  private func manager(_ first: CNINetwork) -> Verdict {
    switch observation.manager {
    case .harmless: return say(.ok, "pods get the network \(PlainText.short(first.name ?? "of \(first.path)"))")
    case .unreadable(let error): return say(.unknown, "\(error)")
    case .meddling:
      return say(
        .warning, "NetworkManager changes the routes of Calico's interfaces: no file tells it to leave them alone",
        remedy: """
          printf '[keyfile]\\nunmanaged-devices=interface-name:cali*;interface-name:tunl*;interface-name:vxlan.calico\\n' \
          > /etc/NetworkManager/conf.d/calico.conf; systemctl reload NetworkManager
          """)
    }
  }

  private func say(_ state: CheckState, _ summary: String, remedy: String? = nil) -> Verdict {
    let evidence = (observation.networks.value ?? []).map {
      Evidence($0.path, $0.types.isEmpty ? "no plugin" : $0.types.joined(separator: ", "))
    }
    return Verdict("cni.configuration", state, summary, evidence: evidence, remedy: remedy)
  }
}
