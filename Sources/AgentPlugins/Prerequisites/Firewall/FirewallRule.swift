/// One rule for packets to the host itself, in the terms that all firewalls share.
struct FirewallRule: Sendable, Equatable {
  /// Whether what it matches is let in, or kept out.
  var accepts: Bool
  /// The protocol; nil for every one.
  var protocolNumber: UInt8?
  /// The ports; empty for every one.
  var ports: [ClosedRange<UInt16>] = []
  /// Where from, where to, in words; nil for all that comes from the node's neighbours.
  var scope: String?

  func matches(_ traffic: FirewallTraffic) -> Bool {
    if let protocolNumber, protocolNumber != traffic.protocolNumber { return false }
    guard !ports.isEmpty else { return true }
    return traffic.port.map { port in ports.contains { $0.contains(port) } } ?? false
  }

  /// The rule with its scope narrowed.
  func narrowed(to place: String) -> FirewallRule {
    var rule = self
    rule.scope = scope.map { "\($0), \(place)" } ?? place
    return rule
  }

  /// A port or a range of ports: `6443`, `30000-32767`, `30000:32767`.
  static func ports(_ text: some StringProtocol) -> ClosedRange<UInt16>? {
    let ends = text.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == ":" }.map { UInt16($0) }
    guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last else { return nil }
    return first...last
  }
}

/// What becomes of traffic at a firewall.
enum FirewallPassage: Sendable, Equatable {
  /// It is let in.
  case open
  /// It is let in from some places, in words.
  case limited([String])
  /// No rule lets it in.
  case shut
  /// A rule keeps it out, so that one further down would not help.
  case refused
}

/// The rules of one firewall for packets to this host, the first that matches decides.
struct FirewallRuleSet: Sendable, Equatable {
  var rules: [FirewallRule]
  /// Whether what no rule matches is let in.
  var acceptsOthers: Bool
  /// The file that the rules stand in, and what was read there.
  var source: String
  var note: String
  /// The zone of firewalld, where it is not the default one.
  var zone: String?
  /// Whether Calico's own rules come first and decide: Felix puts them at the head of iptables' INPUT chain.
  var followsFelix: Bool
  /// What could not be read; then the rules are not all known.
  var problems: [FirewallProblem] = []

  func passage(of traffic: FirewallTraffic) -> FirewallPassage {
    var places: [String] = []
    for rule in rules where rule.matches(traffic) {
      guard let place = rule.scope else {
        if rule.accepts { return .open }
        return places.isEmpty ? .refused : .limited(places)
      }
      if rule.accepts, !places.contains(place) { places.append(place) }
    }
    if acceptsOthers { return .open }
    return places.isEmpty ? .shut : .limited(places)
  }
}
