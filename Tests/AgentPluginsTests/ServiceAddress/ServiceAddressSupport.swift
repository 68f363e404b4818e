import AgentCore
import AgentHost

@testable import AgentKnowledge
@testable import AgentPlugins
@testable import AgentText

/// A node of cluster A: eth0 with 192.168.100.234/24, the pool .240 to .254, ingress .240 and .241 in use.
enum ServiceAddressSupport {
  static let cluster = """
    serviceAddresses:
      pools: ["192.168.100.240-192.168.100.254"]
      inUse: [192.168.100.241]
      ingress: {address: 192.168.100.240}
    """
  static let nodeA = "52:54:00:00:00:0a"
  static let nodeB = "52:54:00:00:00:0b"
  static let nodeBWiFi = "52:54:00:00:00:bb"
  static let phone = "52:54:00:00:00:ff"
  static let virtual = "00:00:5e:00:01:33"
  static let ingress = "192.168.100.240"

  static func settings(_ text: String = cluster) throws -> ClusterSettings {
    try Settings.load(text: Array(text.utf8), file: "c.yaml").decode(ClusterSettings.self)
  }

  static func address(_ text: String) throws -> IPAddress { try IPAddress(settingsScalar: text) }
  static func hardware(_ text: String) throws -> HardwareAddress { try HardwareAddress(settingsScalar: text) }

  static func answered(_ hardware: [String], times: Int = 1, questions: Int = 1, isCutShort: Bool = false) throws
    -> ProbeOutcome
  {
    .answered(
      ProbeAnswers(
        claimants: try hardware.map { .init(hardwareAddress: try Self.hardware($0), answers: times) },
        isCutShort: isCutShort, questions: questions, interface: "eth0"))
  }

  /// The table of the node, with more addresses (`address/length interface flags…`) and neighbours.
  static func table(_ more: [String] = [], neighbours: [(String, String)] = []) throws -> NetworkTable {
    var loopback = NetworkLink(index: 1, name: "lo")
    loopback.flags.insert(.loopback)
    let links =
      [loopback]
      + ["eth0", "wlan0", "kube-ipvs0", "kube-dummy-if"].enumerated().map {
        NetworkLink(index: $0 + 2, name: $1)
      }
    let addresses = try (["127.0.0.1/8 lo", "192.168.100.234/24 eth0"] + more).map(held)
    return NetworkTable(
      links: links, addresses: addresses,
      neighbours: try neighbours.map { address, hardware in
        NetworkNeighbour(
          address: try Self.address(address), hardwareAddress: try Self.hardware(hardware), interface: "eth0",
          state: .stale)
      })
  }

  static let nodes = [
    ("192.168.100.231", nodeA), ("192.168.100.232", nodeB), ("192.168.100.232", nodeBWiFi), ("fe80::1", phone),
    ("fe80::1", nodeA),
  ]

  private static func held(_ text: String) throws -> InterfaceAddress {
    let words = text.split(separator: " ").map(String.init)
    let parts = words[0].split(separator: "/").map(String.init)
    var flags: InterfaceAddress.Flags = words.contains("leased") ? [] : .permanent
    if words.contains("duplicate") { flags.insert(.duplicate) }
    return InterfaceAddress(
      address: try address(parts[0]), prefixLength: Int(parts[1]) ?? 0, interface: words[1], interfaceIndex: 0,
      scope: words.contains("link") ? .link : .global, flags: flags)
  }

  /// An observation of the node.
  static func observation(
    cluster text: String = cluster, outcome: ProbeOutcome? = nil, heard: HeardClaims = HeardClaims(),
    of subject: String = ingress, announcer: Fact<ServiceAnnouncer> = .absent,
    endpoint: Fact<ControlPlaneEndpoint> = .absent, table: NetworkTable? = nil, error: NetworkError? = nil,
    counters: NetworkCounters = NetworkCounters()
  ) throws -> ServiceAddressObservation {
    let settings = try settings(text)
    let tables: Result<NetworkTable, NetworkError> =
      try error.map { .failure($0) } ?? .success(table ?? Self.table(neighbours: nodes))
    let sight = outcome.map { ClaimSample.sample($0, table: tables, heard: heard, counters: counters) }
    let claims = try sight.map { [ServiceClaim(address: try address(subject), sight: $0, heard: heard)] } ?? []
    let claimants = claims.flatMap { $0.claimants ?? [] }.map(\.hardwareAddress)
    let network = ServiceNetwork(
      try table ?? Self.table(neighbours: nodes), settings: settings.serviceAddresses,
      endpoint: endpoint.value?.endpoint.host.address, claimants: Set(claimants))
    return ServiceAddressObservation(
      takenAt: TestHost.time, settings: settings.serviceAddresses,
      members: settings.controlPlane.members.compactMap(\.host.address), endpoint: endpoint, announcer: announcer,
      network: error.map { .failure($0) } ?? .success(network), claims: claims)
  }

  static func announcer(_ name: String) -> Fact<ServiceAnnouncer> {
    .known(ServiceAnnouncer(name: name), source: "/proc/9/comm")
  }
}
