/// A firewall, and the commands that it is worked by.
enum FirewallKind: String, CustomStringConvertible {
  case firewalld
  case ufw
  /// Debian's service that loads the rules of iptables-persistent.
  case persistent = "netfilter-persistent"
  /// Red Hat's service of iptables-services.
  case iptables
  case nftables

  var description: String { rawValue }

  /// The command that keeps it from starting at boot.
  var disabling: String { self == .ufw ? "ufw disable" : "systemctl disable \(rawValue)" }

  /// The command that shows what it does.
  var showing: String {
    switch self {
    case .firewalld: "firewall-cmd --state; firewall-cmd --list-all"
    case .ufw: "ufw status verbose"
    case .persistent, .iptables: "iptables -S INPUT"
    case .nftables: "nft list ruleset"
    }
  }

  /// The command that lets traffic in, now and after a reboot.
  ///
  /// - Parameter shut: the traffic, and whether a rule of its own keeps it out, which the new rule must come before.
  func opening(_ shut: [(traffic: FirewallTraffic, isRefused: Bool)], _ set: FirewallRuleSet) -> String {
    switch self {
    case .firewalld:
      let zone = set.zone.map { " --zone=\($0)" } ?? ""
      let options = shut.map { $0.isRefused ? Self.richRule($0.traffic) : Self.option($0.traffic) }
      return "firewall-cmd --permanent\(zone) \(options.joined(separator: " ")) && firewall-cmd --reload"
    // Its rules are not read, so none is known to stand in the way.
    case .nftables: return showing
    case .persistent, .iptables:
      let rules = shut.map { "iptables -I INPUT \(Self.match($0.traffic)) -j ACCEPT" }
      // Rules of kube-proxy and of the network stand in the kernel too: what is saved by a tool would keep them.
      return
        (rules
        + shut.map { "sed -i.bak '0,/^-A INPUT/s//-A INPUT \(Self.match($0.traffic)) -j ACCEPT\\n&/' \(set.source)" })
        .joined(separator: " && ")
    case .ufw:
      return shut.map { Self.allow($0.traffic, before: $0.isRefused, set) }.joined(separator: " && ")
    }
  }

  private static func option(_ traffic: FirewallTraffic) -> String {
    traffic.port == nil ? "--add-protocol=\(traffic.protocolNumber)" : "--add-port=\(traffic)"
  }

  private static func match(_ traffic: FirewallTraffic) -> String {
    let name = traffic.protocolNumber == FirewallTraffic.tcpNumber ? "tcp" : "udp"
    return traffic.port.map { "-p \(name) --dport \($0)" } ?? "-p \(traffic.protocolNumber)"
  }

  /// The lowest priority is the first rule (firewalld.richlanguage(5)).
  private static func richRule(_ traffic: FirewallTraffic) -> String {
    let name = traffic.protocolNumber == FirewallTraffic.tcpNumber ? "tcp" : "udp"
    let element =
      traffic.port.map { "port port=\"\($0)\" protocol=\"\(name)\"" }
      ?? "protocol value=\"\(traffic.protocolNumber)\""
    return "--add-rich-rule='rule priority=\"-32768\" \(element) accept'"
  }

  /// `ufw allow` knows few protocols (VRRP since 0.36.2, IP in IP never): for those, a line in before.rules.
  private static func allow(_ traffic: FirewallTraffic, before: Bool, _ rules: FirewallRuleSet) -> String {
    guard traffic.port == nil else { return "ufw \(before ? "prepend " : "")allow \(traffic)" }
    let six = rules.source == UfwReader.userRules6 ? "6" : ""
    let chain = "-A ufw\(six)-before-input"
    return """
      sed -i.bak '/^\(chain) -i lo -j ACCEPT/a \(chain) -p \(traffic.protocolNumber) -j ACCEPT' \
      /etc/ufw/before\(six).rules && ufw reload
      """
  }
}
