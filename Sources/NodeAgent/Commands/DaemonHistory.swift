import AgentCore
import AgentHost
import AgentKnowledge
import AgentText
import FoundationEssentials

/// What the running daemon remembers: asked on its own HTTP server on loopback, and believed only as far as it is well
/// formed, since anybody may listen on that port while no daemon runs.
struct DaemonHistory {
  /// More than a report with a hundred moves of each of some dozen addresses.
  static let limit = 1 << 20
  /// Moves of all addresses that are taken over.
  private static let most = 2000
  /// Addresses to listen on that are tried.
  private static let mostTargets = 2
  private static let deadline = Duration.milliseconds(500)

  let host: Host
  let listen: [ListenAddress]

  /// The moves that the daemon remembers; none when there is no daemon, or no sense in what answers.
  func moves() async -> [Move] {
    for target in Self.targets(listen) {
      let request = HTTPProbeRequest(
        target, path: "/status",
        deadlines: HTTPProbeRequest.Deadlines(connect: Self.deadline, head: Self.deadline, body: Self.deadline),
        bodyLimit: Self.limit)
      let fact = HTTPFact(await host.http(request), expected: "report") { Self.moves(in: $0) }
      if let moves = fact.value { return moves }
    }
    return []
  }

  /// Where a daemon that listens on these addresses is reached on loopback.
  static func targets(_ listen: [ListenAddress]) -> [ProbeTarget] {
    Array(listen.compactMap(target).prefix(mostTargets))
  }

  private static func target(_ listen: ListenAddress) -> ProbeTarget? {
    guard let port = PortNumber(listen.port) else { return nil }
    switch listen.host {
    // A daemon that listens on all addresses of both families answers on that of IPv4 too.
    case .all, .ipv4("0.0.0.0"), .ipv6("::"): return .tcp(IPAddress(loopback: .v4), port)
    case .ipv4(let text), .ipv6(let text):
      guard let address = try? IPAddress(settingsScalar: text), address.isLoopback else { return nil }
      return .tcp(address, port)
    }
  }

  /// The moves of a report; nil when it is none.
  static func moves(in body: [UInt8]) -> [Move]? {
    guard body.count <= limit, let document = try? JSONDecoder().decode(Document.self, from: Data(body)),
      document.schemaVersion == JSONReport.schemaVersion
    else { return nil }
    return Array((document.moves ?? []).lazy.compactMap(\.move).prefix(most))
  }

  private struct Document: Decodable {
    var schemaVersion: Int
    var moves: [JSONMove]?

    private enum CodingKeys: String, CodingKey {
      case schemaVersion = "schema_version"
      case moves
    }
  }
}
