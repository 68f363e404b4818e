/// The policies for traffic that ends on this host: those of negative priority come before the zone's rules, the others
/// after (firewalld.policies(5), firewalld.policy(5)).
struct FirewalldPolicies {
  private static let defaultPriority = -1

  var before: [FirewallRule] = []
  var after: [FirewallRule] = []

  init(_ files: FirewalldFiles, _ reader: FirewalldRules, zone: String) throws(FirewallProblem) {
    let all = try files.documents("policies").values.flatMap { $0 }
      .map { (priority: $0.root.attributes["priority"].flatMap { Int($0) } ?? Self.defaultPriority, document: $0) }
      .sorted { ($0.priority, $0.document.path) < ($1.priority, $1.document.path) }
    for (priority, (_, root)) in all where Self.concerns(root, zone) {
      var rules = try reader.rules(of: root.children)
      switch root.attributes["target"] {
      case "ACCEPT": rules.append(FirewallRule(accepts: true))
      case "REJECT", "DROP": rules.append(FirewallRule(accepts: false))
      default: break
      }
      if priority < 0 { before += rules } else { after += rules }
    }
  }

  private static func concerns(_ policy: XMLElement, _ zone: String) -> Bool {
    let names = { (element: String) in policy.all(element).compactMap { $0.attributes["name"] } }
    let comesFrom = names("ingress-zone")
    return names("egress-zone").contains("HOST") && (comesFrom.contains("ANY") || comesFrom.contains(zone))
  }
}
