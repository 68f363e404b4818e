package import AgentCore
import AgentHost
package import AgentKnowledge
import AgentText

/// The interface that carries the node's address.
package struct LinksPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "links", area: .addresses, summary: "The network interface that carries the node's address.",
    checks: LinksChecks.all, rhythm: .every(.seconds(300)), deadline: .seconds(3))

  private let host: Host
  private let window = LinkWindow()

  /// Watches a host.
  package init(host: Host) { self.host = host }

  /// Every change of an interface or an address.
  package func triggers() -> AsyncStream<Trigger> { host.network.changes() }

  /// Reads the tables.
  package func observe(at time: HostTime) async throws -> LinksObservation {
    let kubelet = try await host.kubelet.facts()
    let nodeIP = kubelet.configuration.text(["nodeIP"], flag: "node-ip")
    let table: Result<NetworkTable, NetworkError>
    do throws(NetworkError) { table = .success(try await host.network.table()) } catch { table = .failure(error) }
    let route = try await host.read { files in Self.route(files) }
    let known = try? table.get()
    let interface = find(nodeIP, route: route, in: known)
    if let name = interface.value { window.remember(name) }
    var observation = LinksObservation(
      takenAt: time, interface: interface, link: table.map { table in interface.value.flatMap { table.link($0) } },
      history: LinkWindow.History())
    if case .absent = route {
      observation.lostRoute = try await host.read { files in LostRoute(reading: files, kubelet: kubelet) }
    }
    observation.lost =
      (host.roles.contains(.worker) ? [.workloads] : []) + (host.roles.contains(.storage) ? [.storage] : [])
    observation.atRisk = host.roles.isDisjoint(with: [.controlPlane, .loadBalancer]) ? [] : [.administration]
    observation.isAlone = known?.links.allSatisfy { $0.flags.contains(.loopback) } == true
    if let known, let link = interface.value.flatMap({ known.link($0) }) {
      let lower = LinkPort.links(below: link, in: known)
      window.keep([link] + lower.map(\.link))
      observation.history = window.add(link, at: time)
      observation.ports = lower.map { link, upper in
        LinkPort(link: link, upper: upper, history: window.add(link, at: time))
      }
      if ([link] + lower.map(\.link)).contains(where: \.isDeaf) { observation.announcer = try await announcer() }
    }
    return observation
  }

  /// One verdict.
  package func judge(_ observation: LinksObservation) -> [Verdict] { [LinksJudge(observation: observation).verdict] }

  /// None: node_exporter has them.
  package func metrics(_ observation: LinksObservation) -> [MetricFamily] { [] }

  /// The interface that has the address of --node-ip, else that of the default route, else the one of the last look.
  private func find(
    _ nodeIP: KubeletSetting<String?>, route: Fact<String>, in table: NetworkTable?
  ) -> Fact<String> {
    if let text = nodeIP.value ?? nil, let first = text.split(separator: ",").first,
      let address = try? IPAddress(settingsScalar: String(first)), let held = table?.holdings(of: address).first
    {
      return .known(held.interface, source: nodeIP.source)
    }
    if case .absent = route, let last = window.lastName { return .known(last, source: "the default route before") }
    return route
  }

  private func announcer() async throws -> Fact<ServiceAnnouncer> {
    let processes = await host.processes()
    return try await host.read { files in ServiceAnnouncer.find(among: processes, files) }
  }

  private static func route(_ files: HostFiles) -> Fact<String> {
    Fact(from: "/proc/net/route") { () throws(FileError) in try LocalAddresses.defaultInterface(files) }
  }
}

/// The interface that carries the node's address.
package struct LinksObservation: Sendable, Equatable {
  /// When it was looked at.
  package var takenAt: HostTime
  /// The interface and why it is this one; absent when nothing tells.
  var interface: Fact<String>
  /// The interface; nil when there is none of this name.
  var link: Result<NetworkLink?, NetworkError>
  /// How it was before.
  var history: LinkWindow.History
  /// The interfaces below it.
  var ports: [LinkPort] = []
  /// What the lack of a default route is to the kubelet.
  var lostRoute = LostRoute.harmless
  /// What hangs on the node's own interface on this host: its workloads on a worker, what it exports on a storage host; of
  /// what other hosts carry as well only a share on a control-plane node and a balancer.
  var lost: [Plane] = []
  var atRisk: [Plane] = []
  /// Whether the host has no interface but loopback.
  var isAlone = false
  /// What brings addresses of Services to the link; looked for only where an interface is deaf to some.
  var announcer: Fact<ServiceAnnouncer> = .absent
}

/// The check of the node's interface, with its texts.
enum LinksChecks {
  static let all = [state]

  private static let state = CheckDefinition(
    "links.state", title: "The interface with the node's address works",
    why: """
      Everything that this node does for the cluster goes through one interface. A bad cable or plug first makes it \
      slow or lossy, or lets it come and go, which looks like a fault of storage or of the API server; Wi-Fi that drops \
      foreign frames keeps MetalLB's addresses silent.
      """,
    source: """
      the kernel's table of interfaces (rtnetlink) with those below (ports, VLANs), how often their carrier changed, \
      /sys/class/net/INTERFACE/speed, /proc/net/route, --node-ip
      """,
    confirm: "ip -s link show dev INTERFACE; ethtool INTERFACE",
    remedy: "ip link set dev INTERFACE up; change the cable, then the plug of the switch", undo: "nothing was changed",
    subject: "interface", worst: .failing, lost: [.workloads, .storage],
    atRisk: [.workloads, .storage, .administration])
}
