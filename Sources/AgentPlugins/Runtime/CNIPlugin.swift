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
      The runtime takes the first file in /etc/cni/net.d, whatever stands in the others; CRI-O passes over those that \
      it cannot use, and takes the network that cni_default_network names. Without one the node stays NotReady; with \
      an example of the runtime first, pods get addresses that no other node can reach.
      """,
    source: """
      /etc/cni/net.d in the order of names, crio.conf where CRI-O is the kubelet's runtime, /opt/cni/bin, \
      NetworkManager's unmanaged-devices
      """,
    confirm: "ls /etc/cni/net.d /opt/cni/bin; crictl info | grep -A3 NetworkReady",
    remedy: "install the cluster's network, or move other files out of /etc/cni/net.d",
    undo: "mv /etc/cni/net.d/NAME.disabled /etc/cni/net.d/NAME", worst: .failing, lost: [.workloads],
    dependsOn: [Dependency("units.state", subject: .named("kubelet.service"))])

  private let host: Host

  /// Watches a host.
  package init(host: Host) { self.host = host }

  /// Every change in the directory of networks and of their programs.
  package func triggers() -> AsyncStream<Trigger> {
    host.changes(
      of: [CNINetwork.directory, CNISource.programDirectories[0], UnmanagedDevices.directories[0]]
        + CRIOConfiguration.places)
  }

  /// Reads the configuration.
  package func observe(at time: HostTime) async throws -> CNIObservation {
    let kubelet = try await host.kubelet.facts()
    let roles = host.roles
    return try await host.read { files throws(FileError) in
      try CNISource.read(files, kubelet: kubelet, roles: roles, at: time)
    }
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
  /// The networks in the order of their files.
  var networks: Fact<[CNINetwork]>
  /// How the kubelet's runtime takes one of them.
  var runtime: Runtime
  /// The one that it takes; nil when there is none.
  var chosen: CNINetwork?
  /// The types of its plugins whose program is in none of the directories.
  var missingPrograms: Fact<[String]>
  /// Whether NetworkManager meddles with the interfaces of Calico.
  var manager: InterfaceManager

  /// What takes one of the networks.
  enum Runtime: Sendable, Equatable {
    /// The network of this name, else the first that it can use (ocicni's loadNetworks(), CRI-O 1.20 to 1.37).
    case crio(named: String?)
    /// The first file, and an error where it cannot use that (go-cni's loadFromConfDir(), containerd 1.6 to 2.2).
    case containerd
    /// Something else, which is taken to use the first file.
    case notKnown
  }

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

  static func read(
    _ files: HostFiles, kubelet: KubeletFacts, roles: Set<Role>, at time: HostTime
  ) throws(FileError) -> CNIObservation {
    let networks = Fact(from: CNINetwork.directory) { () throws(FileError) in try CNINetwork.all(files) }
    let irrelevance = irrelevance(kubelet, roles: roles)
    let runtime = irrelevance == nil ? try runtime(files, kubelet) : .notKnown
    let chosen = choose(networks.value ?? [], by: runtime, files)
    return CNIObservation(
      takenAt: time, irrelevance: irrelevance, networks: networks, runtime: runtime, chosen: chosen,
      missingPrograms: missing(files, types: chosen?.types ?? []),
      manager: manager(files, isCalico: networks.value?.contains(where: \.isCalico) == true))
  }

  private static func runtime(
    _ files: HostFiles, _ kubelet: KubeletFacts
  ) throws(FileError) -> CNIObservation.Runtime {
    let endpoint = kubelet.configuration.text(["containerRuntimeEndpoint"], flag: "container-runtime-endpoint")
    guard case .known(let socket?, _) = endpoint else { return .notKnown }
    if socket.contains("crio") { return .crio(named: try CRIOConfiguration.read(files).defaultNetwork) }
    return socket.contains("containerd") ? .containerd : .notKnown
  }

  private static func choose(
    _ networks: [CNINetwork], by runtime: CNIObservation.Runtime, _ files: HostFiles
  ) -> CNINetwork? {
    guard case .crio(let name) = runtime else { return networks.first }
    if let name { return networks.first { $0.name == name } }
    let usable = networks.filter { !$0.types.isEmpty }
    return usable.first { missing(files, types: $0.types).value?.isEmpty == true } ?? usable.first ?? networks.first
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
      // The name of a pod's interface: cali and eleven digits of a hash (Felix's InterfacePrefix).
      return try UnmanagedDevices(reading: files).contain(ethernetPair: "cali0123456789a") ? .harmless : .meddling
    } catch {
      return error.reason == .notFound ? .harmless : .unreadable(error)
    }
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
    case .known(let networks, _):
      if let chosen = observation.chosen { return judge(chosen, all: networks) }
      if case .crio(let name?) = observation.runtime, !networks.isEmpty { return notThere(name) }
      return none
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

  private func notThere(_ name: String) -> Verdict {
    say(
      .failing,
      "no pod starts: cni_default_network tells CRI-O to take \(PlainText.short(name)), which no file configures",
      remedy: "grep -rn cni_default_network \(CRIOConfiguration.places.joined(separator: " ")); \(Self.lookForPods)")
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

  /// CRI-O's package brings 10-crio-bridge.conflist or 11-crio-ipv4-bridge.conflist with 10.85.0.0/16, containerd's
  /// script 10-containerd-net.conflist with 10.88.0.0/16.
  private func placeholder(_ first: CNINetwork, all: [CNINetwork]) -> Verdict {
    let unit = observation.runtime == .containerd ? "containerd.service" : "crio.service"
    let remedy = "mv \(first.path) \(first.path).disabled; systemctl restart \(unit)"
    let owner = first.exampleOf ?? "the runtime"
    let addresses = first.subnets.first?.description ?? (first.name == "crio" ? "10.85.0.0/16" : "10.88.0.0/16")
    guard let second = all.first(where: { $0.dataPath != .placeholder && !$0.types.isEmpty }) else {
      return say(
        .warning, "only \(owner)'s own example network is configured: pods get \(addresses) and reach no other node",
        remedy: remedy)
    }
    return say(
      .failing, "pods get \(addresses): \(owner)'s example network comes before the cluster's (\(second.path))",
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
