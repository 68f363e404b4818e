import AgentText

/// Turns the elements of a zone or a policy into rules, in the order in which firewalld applies them.
struct FirewalldRules {
  private static let deepestInclude = 8

  let files: FirewalldFiles
  let node: NodeNetwork

  /// Rich rules of negative priority, those that keep out, what is opened, those that let in, the others
  /// (firewalld.richlanguage(5), "Information about logging and actions").
  func rules(of elements: [XMLElement]) throws(FirewallProblem) -> [FirewallRule] {
    var plain: [FirewallRule] = []
    var rich: [(priority: Int, rules: [FirewallRule])] = []
    for element in elements {
      if element.name == "rule" {
        let rules = try richRules(element)
        if !rules.isEmpty { rich.append((Int(element.attributes["priority"] ?? "0") ?? 0, rules)) }
      } else {
        plain += try opened(element)
      }
    }
    let inOrder = { (isWanted: (Int) -> Bool) in
      rich.filter { isWanted($0.priority) }.sorted { $0.priority < $1.priority }.flatMap(\.rules)
    }
    let middle = inOrder { $0 == 0 }
    return inOrder { $0 < 0 } + middle.filter { !$0.accepts } + plain + middle.filter(\.accepts) + inOrder { $0 > 0 }
  }

  /// What `service`, `port` and `protocol` open; nothing for another element.
  private func opened(_ element: XMLElement) throws(FirewallProblem) -> [FirewallRule] {
    switch element.name {
    case "service": return try service(element.attributes["name"] ?? "", depth: 0)
    case "port": return Self.port(element)
    case "protocol": return Self.protocolRule(element.attributes["value"])
    default: return []
    }
  }

  private func service(_ name: String, depth: Int) throws(FirewallProblem) -> [FirewallRule] {
    guard depth < Self.deepestInclude, let service = try files.service(name) else { return [] }
    var rules: [FirewallRule] = []
    for element in service.children {
      switch element.name {
      case "include": rules += try self.service(element.attributes["service"] ?? "", depth: depth + 1)
      case "port": rules += Self.port(element)
      case "protocol": rules += Self.protocolRule(element.attributes["value"])
      default: continue
      }
    }
    let destination = service.all("destination").first?.attributes[node.family == .v4 ? "ipv4" : "ipv6"]
    return destination.map { address in rules.compactMap { node.rule($0, toDestination: address) } } ?? rules
  }

  /// A port without a number is a whole protocol (firewalld.service(5)).
  private static func port(_ element: XMLElement) -> [FirewallRule] {
    let (port, name) = (element.attributes["port"] ?? "", element.attributes["protocol"] ?? "")
    guard !port.isEmpty else { return protocolRule(name) }
    guard let range = FirewallRule.ports(port), let number = FirewallTraffic.number(ofProtocol: name) else { return [] }
    return [FirewallRule(accepts: true, protocolNumber: number, ports: [range])]
  }

  private static func protocolRule(_ name: String?) -> [FirewallRule] {
    guard let name, let number = FirewallTraffic.number(ofProtocol: name) else { return [] }
    return [FirewallRule(accepts: true, protocolNumber: number)]
  }

  private func richRules(_ rule: XMLElement) throws(FirewallProblem) -> [FirewallRule] {
    let family = rule.attributes["family"]
    guard family == nil || family == (node.family == .v4 ? "ipv4" : "ipv6"),
      let action = rule.children.first(where: { ["accept", "reject", "drop"].contains($0.name) })
    else { return [] }
    let parts = rule.children.filter {
      !["source", "destination", "accept", "reject", "drop", "log", "nflog", "audit"].contains($0.name)
    }
    let matched = try parts.isEmpty ? [FirewallRule(accepts: true)] : opened(parts[0])
    return matched.compactMap { rule -> FirewallRule? in
      var rule = rule
      rule.accepts = action.name == "accept"
      return rule
    }
    .compactMap { limited($0, rule.all("source").first) { node.rule($0, fromSource: $1) } }
    .compactMap { limited($0, rule.all("destination").first) { node.rule($0, toDestination: $1) } }
  }

  private func limited(
    _ rule: FirewallRule, _ place: XMLElement?, _ apply: (FirewallRule, String) -> FirewallRule?
  ) -> FirewallRule? {
    guard let place else { return rule }
    let attributes = place.attributes
    let text = attributes["address"] ?? attributes["mac"] ?? "ipset \(attributes["ipset"] ?? "")"
    let isInverted = ["yes", "true"].contains(attributes["invert"]?.lowercased() ?? "")
    return isInverted ? rule.narrowed(to: "all but \(text)") : apply(rule, text)
  }
}
