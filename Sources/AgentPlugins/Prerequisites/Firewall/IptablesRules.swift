import AgentKnowledge

/// Rules in the format of iptables-save(8), as administrators add them to /etc/ufw/before.rules.
///
/// Only rules that say no more than protocol, ports, addresses and interface are taken; what depends on more, such as
/// the state of a connection, neither opens nor shuts a port.
enum IptablesRules {
  static func parse(_ text: String, chain: String, node: NodeNetwork) -> [FirewallRule] {
    text.split(whereSeparator: \.isNewline).compactMap { line in
      let words = UnitWords.split(String(line))
      guard words.count > 2, words[0] == "-A", words[1] == chain else { return nil }
      return rule(Array(words.dropFirst(2)), node)
    }
  }

  /// The chains of their own that rules of a chain lead to, unless only loopback's packets go there.
  static func jumps(_ text: String, chain: String) -> [String] {
    text.split(whereSeparator: \.isNewline).compactMap { line in
      let words = UnitWords.split(String(line))
      guard words.count > 2, words[0] == "-A", words[1] == chain,
        let place = words.firstIndex(where: { ["-j", "--jump", "-g", "--goto"].contains($0) }), place + 1 < words.count
      else { return nil }
      let target = words[place + 1]
      return targets.contains(target) ? nil : target
    }
  }

  /// What ends in a chain of the kernel's, or changes nothing of what passes.
  private static let targets: Set<String> = [
    "ACCEPT", "DROP", "REJECT", "RETURN", "LOG", "NFLOG", "MARK", "CONNMARK", "TRACE", "NOTRACK", "CT",
  ]

  private static func rule(_ words: [String], _ node: NodeNetwork) -> FirewallRule? {
    guard words.count.isMultiple(of: 2) else { return nil }
    var rule: FirewallRule? = FirewallRule(accepts: false)
    var hasTarget = false
    for index in stride(from: 0, to: words.count, by: 2) {
      let value = words[index + 1]
      switch words[index] {
      case "-p", "--protocol":
        guard let number = FirewallTraffic.number(ofProtocol: value) else { return nil }
        rule?.protocolNumber = number
      case "--dport", "--dports", "--destination-port", "--destination-ports":
        let ranges = value.split(separator: ",").compactMap(FirewallRule.ports)
        guard !ranges.isEmpty else { return nil }
        rule?.ports = ranges
      case "-s", "--source": rule = rule.flatMap { node.rule($0, fromSource: value) }
      case "-i", "--in-interface": rule = rule.flatMap { node.rule($0, onInterface: value) }
      case "-d", "--destination": rule = rule.flatMap { node.rule($0, toDestination: value) }
      case "-m", "--match":
        guard ["tcp", "udp", "multiport", "comment", "state", "conntrack"].contains(value) else { return nil }
      case "--state", "--ctstate":
        // The first packet of a connection decides; what speaks of others only neither opens nor shuts.
        guard value.split(separator: ",").contains("NEW") else { return nil }
      case "--comment", "--reject-with": continue
      case "-j", "--jump":
        guard ["ACCEPT", "DROP", "REJECT"].contains(value) else { return nil }
        rule?.accepts = value == "ACCEPT"
        hasTarget = true
      default: return nil
      }
    }
    return hasTarget ? rule : nil
  }
}
