import AgentCore
import Testing

@testable import AgentPlugins

@Suite struct LoadedRulesTests {
  private static let unit = ["/usr/lib/systemd/system/netfilter-persistent.service": "[Service]\n"]
  private static let link = [
    "/etc/systemd/system/multi-user.target.wants/netfilter-persistent.service":
      "/usr/lib/systemd/system/netfilter-persistent.service"
  ]
  private static func rules(_ lines: String..., policy: String = "ACCEPT") -> [String: String] {
    [
      "/etc/iptables/rules.v4": "*nat\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n*filter\n:INPUT \(policy) [0:0]\n"
        + lines.map { "-A INPUT \($0)\n" }.joined() + "-A FORWARD -j REJECT\nCOMMIT\n"
    ]
  }
  private static let first = "-m state --state RELATED,ESTABLISHED -j ACCEPT"
  private static let last = "-j REJECT --reject-with icmp-host-prohibited"

  /// The rules of a cloud's image, of an administrator, and those that keep nothing out.
  @Test(
    arguments: [
      (
        rules(
          first, "-p icmp -j ACCEPT", "-i lo -j ACCEPT", "-p tcp -m state --state NEW -m tcp --dport 22 -j ACCEPT", last
        ), CheckState.warning
      ),
      (rules(first, policy: "DROP"), .warning), (rules("-p tcp --dport 10250 -j DROP"), .warning),
      (rules(first, "-m conntrack --ctstate NEW -p tcp -j ACCEPT", "-p udp -j ACCEPT", last), .ok),
      (rules(first, "-s 192.168.100.0/24 -j ACCEPT", last), .ok), (rules(first), .ok), (rules(), .ok),
      (rules("-p tcp --dport 23 -j DROP"), .ok), (rules("-j NODES", last), .unknown),
      (rules("-j LOG --log-prefix \"x \"", "-j ACCEPT", last), .ok),
    ] as [([String: String], CheckState)]) func rulesOfAFileAreRead(rules: [String: String], state: CheckState)
    async throws
  {
    let verdict = try await FirewallNode.verdict(
      [FirewallNode.worker, FirewallNode.calico, Self.unit, rules], links: Self.link)
    #expect(verdict.state == state, "\(verdict)")
    if state == .warning { #expect(verdict.remedy?.contains("/etc/iptables/rules.v4") == true, "\(verdict)") }
  }

  @Test func whatNothingLoadsKeepsNothingOut() async throws {
    let files = [FirewallNode.worker, FirewallNode.calico, Self.unit, Self.rules(Self.last)]
    #expect(try await FirewallNode.verdict(files).state == .ok)
    #expect(
      try await FirewallNode.verdict(
        files, links: Self.link.merging(["/etc/systemd/system/netfilter-persistent.service": "/dev/null"]) { $1 }
      ).state == .ok)
    #expect(try await FirewallNode.verdict(files, links: Self.link, forbidden: ["/etc/iptables"]).state == .unknown)
  }

  /// Debian's own file keeps nothing out.
  @Test(arguments: [
    ("table inet filter {\n chain input {\n  type filter hook input priority filter;\n }\n}\n", CheckState.ok),
    ("# policy drop\ntable inet filter {}\n", .ok),
    ("table inet f { chain i { type filter hook input priority 0; policy drop; } }\n", .unknown),
    ("include \"/etc/nftables/*.nft\"\n", .unknown),
  ]) func rulesOfNftablesAreNotGuessed(text: String, state: CheckState) async throws {
    let verdict = try await FirewallNode.verdict(
      [
        FirewallNode.worker, FirewallNode.calico,
        ["/usr/lib/systemd/system/nftables.service": "[Service]\n", "/etc/nftables.conf": text],
      ],
      links: ["/etc/systemd/system/sysinit.target.wants/nftables.service": "/usr/lib/systemd/system/nftables.service"])
    #expect(verdict.state == state, "\(verdict)")
  }
}
