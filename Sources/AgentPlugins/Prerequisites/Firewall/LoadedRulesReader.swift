import AgentCore
import AgentHost
import AgentKnowledge
import AgentText

/// Rules that a service loads at boot from a file of the administrator's or of the image's maker: Debian's
/// netfilter-persistent, Red Hat's iptables, and nftables of both.
struct LoadedRulesReader {
  private struct Service {
    var unit: String
    var path: String
    var path6: String
    var kind: FirewallKind
  }

  private static let services = [
    Service(
      unit: "netfilter-persistent.service", path: "/etc/iptables/rules.v4", path6: "/etc/iptables/rules.v6",
      kind: .persistent),
    Service(
      unit: "iptables.service", path: "/etc/sysconfig/iptables", path6: "/etc/sysconfig/ip6tables", kind: .iptables),
    Service(unit: "nftables.service", path: "/etc/nftables.conf", path6: "/etc/nftables.conf", kind: .nftables),
    Service(
      unit: "nftables.service", path: "/etc/sysconfig/nftables.conf", path6: "/etc/sysconfig/nftables.conf",
      kind: .nftables),
  ]
  /// What is watched for changes.
  static let paths = Set(services.flatMap { [$0.path, $0.path6] }).sorted()

  let files: HostFiles
  let node: NodeNetwork

  /// The services that start at boot and have a file, with its rules.
  func states() -> [LoadedRules] {
    let found = Self.services.compactMap(state)
    // What hides one unit hides the others; it is said once.
    let hidden = found.firstIndex(where: \.isUnseen)
    return found.enumerated().filter { !$0.element.isUnseen || $0.offset == hidden }.map(\.element)
  }

  private func state(_ service: Service) -> LoadedRules? {
    let path = node.family == .v6 ? service.path6 : service.path
    do throws(FileError) {
      let units = UnitFiles(files, scope: .nextBoot)
      guard let unit = try units.find(service.unit), !unit.isMasked, try units.pulledIn()[service.unit] != nil,
        let text = try files.textIfPresent(path)
      else { return nil }
      let set = service.kind == .nftables ? nftables(text, path) : Self.iptables(text, path, node)
      guard let set else { return nil }
      let evidence = Evidence(unit.path, "\(service.unit) starts at boot")
      return LoadedRules(kind: service.kind, state: FirewallState(activity: .active(evidence), rules: set))
    } catch {
      return LoadedRules(kind: service.kind, state: FirewallState(activity: .unseen(FirewallProblem(error))))
    }
  }

  /// nft(8) is a language of its own: what keeps nothing out by its words is no firewall, the rest is not judged.
  private func nftables(_ text: String, _ path: String) -> FirewallRuleSet? {
    let words = text.split(whereSeparator: \.isNewline).flatMap { line in
      line.prefix { $0 != "#" }.split { $0.isWhitespace || ";{}\"".contains($0) }
    }
    guard words.contains(where: { ["drop", "reject", "include"].contains($0) }) else { return nil }
    var set = FirewallRuleSet(
      rules: [], acceptsOthers: false, source: path, note: "rules of nftables", followsFelix: false)
    set.problems = [FirewallProblem(path, "the agent does not read rules of nftables")]
    return set
  }

  /// The chain INPUT of the table filter; nil where it keeps nothing out.
  static func iptables(_ text: String, _ path: String, _ node: NodeNetwork) -> FirewallRuleSet? {
    var table: Substring = ""
    var lines: [Substring] = []
    for line in text.split(whereSeparator: \.isNewline) {
      if line.hasPrefix("*") { table = line.dropFirst() }
      if table == "filter" { lines.append(line) }
    }
    let policy = lines.first { $0.hasPrefix(":INPUT ") }?.split(separator: " ").dropFirst().first ?? "ACCEPT"
    let filter = lines.joined(separator: "\n")
    var set = FirewallRuleSet(
      rules: IptablesRules.parse(filter, chain: "INPUT", node: node), acceptsOthers: policy == "ACCEPT", source: path,
      note: "rules as configured on disk", followsFelix: true)
    if let chain = IptablesRules.jumps(filter, chain: "INPUT").first {
      set.problems = [FirewallProblem(path, "INPUT goes through the chain \(chain), which the agent does not follow")]
    }
    return set.acceptsOthers && set.problems.isEmpty && set.rules.allSatisfy(\.accepts) ? nil : set
  }
}

/// What a service loads.
struct LoadedRules: Sendable, Equatable {
  var kind: FirewallKind
  var state: FirewallState

  /// Whether it could not be looked at.
  var isUnseen: Bool { if case .unseen = state.activity { true } else { false } }
}
