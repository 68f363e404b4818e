public import AgentCore
public import AgentHost

/// The interface that carries the node's address.
public struct LinksPlugin: Plugin {
  /// What the plugin is.
  public static let descriptor = PluginDescriptor(
    name: "links", area: .addresses, summary: "The network interface that carries the node's address.",
    checks: LinksChecks.all, rhythm: .every(.seconds(300)), deadline: .seconds(1))

  /// The name of MetalLB's announcing process (its image's /speaker).
  private static let speaker = "speaker"

  private let host: Host
  private let window = LinkWindow()

  /// Watches a host.
  public init(host: Host) { self.host = host }

  /// Every change of an interface or an address.
  public func triggers() -> AsyncStream<Trigger> { host.network.changes() }

  /// Reads the tables.
  public func observe(at time: HostTime) async throws -> LinksObservation {
    let nodeIP = try await host.kubelet.facts().configuration.text(["nodeIP"], flag: "node-ip")
    let table: Result<NetworkTable, NetworkError>
    do throws(NetworkError) { table = .success(try await host.network.table()) } catch { table = .failure(error) }
    let (gateway, hasSpeaker) = try await host.read { files in (Self.gateway(files), Self.hasSpeaker(files)) }
    let interface = find(nodeIP, gateway: gateway, in: try? table.get())
    if let name = interface.value { window.remember(name) }
    let link = table.map { table in interface.value.flatMap { table.link($0) } }
    let history = (try? link.get()).flatMap { $0 }.map { window.add($0, at: time) }
    return LinksObservation(
      takenAt: time, interface: interface, link: link, history: history ?? LinkWindow.History(),
      hasSpeaker: hasSpeaker)
  }

  /// One verdict.
  public func judge(_ observation: LinksObservation) -> [Verdict] { [LinksJudge(observation: observation).verdict] }

  /// None: node_exporter has them.
  public func metrics(_ observation: LinksObservation) -> [MetricFamily] { [] }

  /// The interface that has the address of --node-ip, else that of the default route, else the one of the last look.
  private func find(
    _ nodeIP: KubeletSetting<String?>, gateway: Fact<String>, in table: NetworkTable?
  ) -> Fact<String> {
    if let text = nodeIP.value ?? nil, let first = text.split(separator: ",").first,
      let address = try? IPAddress(settingsScalar: String(first)), let held = table?.holdings(of: address).first
    {
      return .known(held.interface, source: nodeIP.source)
    }
    if case .absent = gateway, let last = window.lastName { return .known(last, source: "the default route before") }
    return gateway
  }

  private static func gateway(_ files: HostFiles) -> Fact<String> {
    Fact(from: "/proc/net/route") { () throws(FileError) in
      try LocalAddresses(reading: files).gateways.first?.interface
    }
  }

  private static func hasSpeaker(_ files: HostFiles) -> Fact<Bool> {
    Fact(from: "/proc") { () throws(FileError) in try ProcessTable(reading: files).first(named: speaker) != nil }
  }
}
