/// The rules in /etc/ufw/user.rules: what ufw(8) writes for itself as `### tuple ###` comments, in the order in which
/// they apply.
///
/// `ACTION PROTOCOL DPORT DESTINATION SPORT SOURCE [DAPP SAPP] DIRECTION[_INTERFACE] [comment=HEX]`
/// (ufw's src/backend_iptables.py, `_read_rules` and `_write_rules`).
enum UfwRules {
  private static let mark = "### tuple ###"

  static func parse(_ text: String, node: NodeNetwork) -> [FirewallRule] {
    text.split(whereSeparator: \.isNewline).flatMap { line -> [FirewallRule] in
      guard line.hasPrefix(mark) else { return [] }
      let words = line.dropFirst(mark.count).split(whereSeparator: \.isWhitespace).filter { !$0.hasPrefix("comment=") }
      return (6...9).contains(words.count) ? rules(words, node) : []
    }
  }

  private static func rules(_ words: [Substring], _ node: NodeNetwork) -> [FirewallRule] {
    // Rules for what is routed through are no rules for the host itself, nor are those of one source port.
    guard let accepts = action(words[0]), words[4] == "any" else { return [] }
    let direction = words.count == 7 || words.count == 9 ? words[words.count - 1] : "in"
    guard direction == "in" || direction.hasPrefix("in_") else { return [] }
    return plain(words[1], words[2], accepts: accepts).compactMap { rule in
      node.rule(rule, toDestination: String(words[3]))
        .flatMap { node.rule($0, fromSource: String(words[5])) }
        .flatMap { direction == "in" ? $0 : node.rule($0, onInterface: String(direction.dropFirst(3))) }
    }
  }

  /// `allow`, `limit` (lets in until a sender becomes too eager), `deny` or `reject`, and how it is logged.
  private static func action(_ word: Substring) -> Bool? {
    switch word.prefix(while: { $0 != "_" }) {
    case "allow", "limit": true
    case "deny", "reject": false
    default: nil
    }
  }

  /// With ports and without a protocol a rule is for TCP and UDP.
  private static func plain(_ name: Substring, _ ports: Substring, accepts: Bool) -> [FirewallRule] {
    let numbers: [UInt8?]
    switch name {
    case "any": numbers = ports == "any" ? [nil] : [FirewallTraffic.tcpNumber, FirewallTraffic.udpNumber]
    default:
      guard let number = FirewallTraffic.number(ofProtocol: name) else { return [] }
      numbers = [number]
    }
    let ranges = ports == "any" ? [] : ports.split(separator: ",").compactMap(FirewallRule.ports)
    guard ports == "any" || !ranges.isEmpty else { return [] }
    return numbers.map { FirewallRule(accepts: accepts, protocolNumber: $0, ports: ranges) }
  }
}
