import AgentHost

/// Traffic that must reach this host.
struct FirewallNeed: Sendable, Equatable, CustomStringConvertible {
  var traffic: FirewallTraffic
  /// What it is for: `kubelet`.
  var purpose: String
  /// Whether Calico lets it in by rules of its own.
  var isLetInByFelix = false

  /// `10250/tcp (kubelet)`.
  var description: String { "\(traffic) (\(purpose))" }
}

/// All that must reach this host, and what could not be looked at.
struct FirewallNeeds: Sendable, Equatable {
  var list: [FirewallNeed] = []
  var problems: [FirewallProblem] = []
}

/// Something about a firewall that could not be seen.
struct FirewallProblem: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file or directory.
  var source: String
  /// The reason in words.
  var text: String

  init(_ source: String, _ text: String) {
    self.source = source
    self.text = text
  }

  init(_ error: FileError) { self.init(error.path, error.text) }

  /// Source and reason.
  var description: String { "\(source): \(text)" }
}

/// What a firewall tells packets apart by: a port of TCP or UDP, or a protocol without ports.
struct FirewallTraffic: Sendable, Hashable, CustomStringConvertible {
  static let tcpNumber: UInt8 = 6
  static let udpNumber: UInt8 = 17

  /// IP in IP (RFC 2003). Its number, because `ipip` of protocols(5) is 94, another one.
  static let ipInIP = FirewallTraffic(protocolNumber: 4)
  /// Keepalived's advertisements (RFC 5798).
  static let vrrp = FirewallTraffic(protocolNumber: 112)

  /// The protocol's number (IANA, "Assigned Internet Protocol Numbers").
  var protocolNumber: UInt8
  /// The port; nil for a protocol without ports.
  var port: UInt16?

  static func tcp(_ port: UInt16) -> FirewallTraffic { FirewallTraffic(protocolNumber: tcpNumber, port: port) }
  static func udp(_ port: UInt16) -> FirewallTraffic { FirewallTraffic(protocolNumber: udpNumber, port: port) }

  /// `10250/tcp`, or `protocol 112`.
  var description: String {
    guard let port else { return "protocol \(protocolNumber)" }
    return "\(port)/\(protocolNumber == Self.tcpNumber ? "tcp" : "udp")"
  }

  /// The number of a protocol by its name in protocols(5) or in digits; nil for one that nothing here needs.
  static func number(ofProtocol name: some StringProtocol) -> UInt8? {
    switch name.lowercased() {
    case "tcp": tcpNumber
    case "udp": udpNumber
    case "ipencap", "ip-encap", "ipv4": ipInIP.protocolNumber
    case "vrrp": vrrp.protocolNumber
    default: UInt8(name)
    }
  }
}
