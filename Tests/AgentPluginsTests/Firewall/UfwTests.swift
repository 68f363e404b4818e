import AgentCore
import Testing

@testable import AgentPlugins

@Suite struct UfwRulesTests {
  private func passage(_ tuples: [String], _ traffic: FirewallTraffic) -> FirewallPassage {
    let text = tuples.map { "\n### tuple ### \($0)\n-A ufw-user-input -j ACCEPT\n" }.joined()
    return FirewallRuleSet(
      rules: UfwRules.parse(text, node: FirewallNode.network), acceptsOthers: false, source: "", note: "",
      followsFelix: true
    ).passage(of: traffic)
  }

  private static let open = "0.0.0.0/0 any 0.0.0.0/0"

  /// Tuples as ufw 0.36.2 writes them, and what they do to 6443/tcp.
  @Test(arguments: [
    ("allow tcp 6443 \(open) in", FirewallPassage.open), ("limit tcp 6443 \(open) in", .open),
    ("allow_log tcp 6443 \(open) in", .open), ("allow tcp 6443 \(open)", .open),
    ("allow any 6443 \(open) in", .open), ("allow any any \(open) in", .open),
    ("allow tcp 80,443,6400:6500 \(open) in", .open), ("allow tcp 6443 \(open) API%20server - in", .open),
    ("allow tcp 6443 \(open) in comment=4b38", .open), ("allow tcp 6443 \(open) in_enp1s0", .open),
    ("allow tcp 6443 192.168.100.111 any 0.0.0.0/0 in", .open),
    ("allow any any 0.0.0.0/0 any 192.168.100.0/24 in", .open),
    ("allow any any 0.0.0.0/0 any 192.168.0.0/16 in", .open),
    ("allow any any 0.0.0.0/0 any 192.168.100.0/255.255.255.0 in", .open),
    ("allow tcp 6443 0.0.0.0/0 any 192.168.100.231 in", .limited(["192.168.100.231"])),
    ("allow tcp 6443 0.0.0.0/0 any 10.1.0.0/16 in", .limited(["10.1.0.0/16"])),
    ("allow tcp 6443 192.168.100.230 any 0.0.0.0/0 in", .limited(["to 192.168.100.230"])),
    ("allow tcp 6443 \(open) in_wg0", .limited(["on wg0"])),
    (
      "allow tcp 6443 192.168.100.230 any 192.168.100.7 in_wg0", .limited(["to 192.168.100.230, 192.168.100.7, on wg0"])
    ),
    ("allow any any 0.0.0.0/0 any 10.244.0.0/16 in", .shut), ("allow tcp 6443 \(open) in_cni0", .shut),
    ("allow tcp 6443 \(open) in_lo", .shut), ("allow tcp 6443 \(open) out", .shut),
    ("allow tcp 6443 \(open) out_enp1s0", .shut), ("route:allow tcp 6443 \(open) in_enp1s0!out_cni0", .shut),
    ("route:allow any any \(open) in", .shut), ("allow udp 6443 \(open) in", .shut),
    ("allow tcp 644 \(open) in", .shut),
    ("allow tcp 6444:6500 \(open) in", .shut), ("allow tcp any 0.0.0.0/0 6443 0.0.0.0/0 in", .shut),
    ("allow any any ::/0 any ::/0 in", .shut), ("allow tcp 6443 0.0.0.0/0 any ::/0 in", .shut),
    ("allow esp any \(open) in", .shut),
    ("allow any any 224.0.0.18 any 0.0.0.0/0 in", .shut),
    ("deny tcp 6443 \(open) in", .refused), ("reject any 6443 \(open) in", .refused),
    ("deny any any 0.0.0.0/0 any 192.168.100.0/24 in", .refused), ("deny tcp 6443 0.0.0.0/0 any 203.0.113.9 in", .shut),
    ("allow tcp", .shut), ("", .shut), ("allow tcp 6443 0.0.0.0/0 any 0.0.0.0/0 - - in x y", .shut),
    ("allow tcp 99999 \(open) in", .shut), ("allow tcp 7000:6000 \(open) in", .shut), ("allow tcp , \(open) in", .shut),
  ]) func whatATupleDoes(tuple: String, expected: FirewallPassage) {
    #expect(passage([tuple], .tcp(6443)) == expected)
  }

  @Test func theFirstRuleThatMatchesDecides() {
    let (allow, deny) = ("allow tcp 6443 \(Self.open) in", "deny tcp 6443 \(Self.open) in")
    #expect(passage([allow, deny], .tcp(6443)) == .open)
    #expect(passage([deny, allow], .tcp(6443)) == .refused)
    let some = "allow tcp 6443 0.0.0.0/0 any 192.168.100.231 in"
    #expect(passage([some, deny], .tcp(6443)) == .limited(["192.168.100.231"]))
    #expect(passage([some, some, allow], .tcp(6443)) == .open)
  }

  @Test func advertisementsOfKeepalivedPassByGroupOrProtocol() {
    #expect(passage(["allow any any 224.0.0.18 any 0.0.0.0/0 in"], .vrrp) == .open)
    #expect(passage(["allow vrrp any \(Self.open) in"], .vrrp) == .open)
    #expect(passage(["allow any any 224.0.0.251 any 0.0.0.0/0 in"], .vrrp) == .shut)
    #expect(passage(["allow tcp any \(Self.open) in"], .vrrp) == .shut)
    #expect(passage(["allow any any 0.0.0.0/0 any 192.168.100.0/24 in"], .ipInIP) == .open)
  }

  @Test func onlyTuplesAreRules() {
    let text = "*filter\n-A ufw-user-input -p tcp --dport 6443 -j ACCEPT\n# ### tuple ### allow any any x\nCOMMIT\n"
    #expect(UfwRules.parse(text, node: FirewallNode.network).isEmpty)
  }
}

@Suite struct IptablesRulesTests {
  /// Lines of before.rules, and what they do to protocol 112.
  @Test(arguments: [
    ("-p vrrp -j ACCEPT", FirewallPassage.open), ("-p 112 -j ACCEPT", .open), ("-d 224.0.0.18/32 -j ACCEPT", .open),
    ("-p 112 -m comment --comment \"for the address\" -j ACCEPT", .open), ("-i enp1s0 -p 112 -j ACCEPT", .open),
    ("-s 192.168.100.171 -p 112 -j ACCEPT", .limited(["192.168.100.171"])), ("-p 112 -j DROP", .refused),
    ("-i lo -j ACCEPT", .shut), ("-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", .shut),
    ("! -p tcp -j ACCEPT", .shut), ("-p tcp --dport 112 -j ACCEPT", .shut), ("-p 112 -j ufw-not-local", .shut),
    ("-p 112 -j", .shut), ("-p 112", .shut), ("-p nonsense -j ACCEPT", .shut), ("-p udp --sport 67 -j ACCEPT", .shut),
  ]) func whatALineDoes(line: String, expected: FirewallPassage) {
    let text =
      "*filter\n:ufw-before-input - [0:0]\n-A ufw-before-input \(line)\n-A ufw-before-output -j ACCEPT\nCOMMIT\n"
    let rules = IptablesRules.parse(text, chain: "ufw-before-input", node: FirewallNode.network)
    let set = FirewallRuleSet(rules: rules, acceptsOthers: false, source: "", note: "", followsFelix: true)
    #expect(set.passage(of: .vrrp) == expected)
  }

  @Test func severalPortsInOneLine() {
    let text = "-A chain -p tcp -m multiport --dports 80,443,6400:6500 -j ACCEPT\n-A other -j ACCEPT"
    let rules = IptablesRules.parse(text, chain: "chain", node: FirewallNode.network)
    #expect(rules == [FirewallRule(accepts: true, protocolNumber: 6, ports: [80...80, 443...443, 6400...6500])])
  }
}

@Suite struct UfwVerdictTests {
  private static let enabled = [
    "/etc/ufw/ufw.conf": "# comment\nENABLED=yes\nLOGLEVEL=low\n",
    "/etc/default/ufw": "DEFAULT_INPUT_POLICY=\"DROP\"\n",
    "/etc/ufw/before.rules": "*filter\n-A ufw-before-input -i lo -j ACCEPT\nCOMMIT\n",
    "/etc/ufw/user.rules": "*filter\n### RULES ###\n\n### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in\n",
  ]
  private static func rules(_ ports: String...) -> [String: String] {
    let tuples = ports.map { "\n### tuple ### allow tcp \($0) 0.0.0.0/0 any 0.0.0.0/0 in\n" }.joined()
    return ["/etc/ufw/user.rules": tuples]
  }

  @Test func shutPortsAreNamedWithTheCommandsThatOpenThem() async throws {
    let verdict = try await FirewallNode.verdict([FirewallNode.worker, Self.enabled])
    #expect(verdict.state == .warning)
    #expect(
      verdict.summary == "ufw is active and keeps out 10250/tcp (kubelet), 19100/tcp (metrics of nodeagent)")
    #expect(verdict.remedy == "ufw allow 10250/tcp && ufw allow 19100/tcp")
    #expect(verdict.evidence.contains(Evidence("/etc/ufw/ufw.conf:2", "ENABLED=yes")))
    #expect(verdict.evidence.contains(Evidence("/etc/ufw/user.rules", "rules as configured on disk")))
  }

  @Test func openPortsAreWell() async throws {
    let verdict = try await FirewallNode.verdict([FirewallNode.worker, Self.enabled, Self.rules("10250", "19100")])
    #expect(verdict.state == .ok)
    #expect(verdict.summary == "ufw is active and lets in all that this host needs")
  }

  @Test func whatIsOpenForSomeIsToldAsEvidence() async throws {
    let tuple = "### tuple ### allow tcp 10250,19100 0.0.0.0/0 any 192.168.100.231 in\n"
    let verdict = try await FirewallNode.verdict([FirewallNode.worker, Self.enabled, ["/etc/ufw/user.rules": tuple]])
    #expect(verdict.state == .ok)
    #expect(verdict.evidence.contains(Evidence("10250/tcp (kubelet)", "open only for 192.168.100.231")))
  }

  @Test func aRuleThatRefusesIsOvertaken() async throws {
    let tuple =
      "### tuple ### deny tcp 10250 0.0.0.0/0 any 0.0.0.0/0 in\n### tuple ### allow tcp 19100 0.0.0.0/0 any 0.0.0.0/0 in\n"
    let verdict = try await FirewallNode.verdict([FirewallNode.worker, Self.enabled, ["/etc/ufw/user.rules": tuple]])
    #expect(verdict.remedy == "ufw prepend allow 10250/tcp")
  }

  @Test func protocolsGoIntoTheRulesBefore() async throws {
    let host = [
      "/etc/keepalived/keepalived.conf": "vrrp_instance VI_1 {\n virtual_ipaddress {\n 192.168.100.230\n }\n}\n",
      "/etc/haproxy/haproxy.cfg": "frontend api\n",
    ]
    let verdict = try await FirewallNode.verdict([host, Self.enabled, Self.rules("6443", "19100")])
    #expect(verdict.summary == "ufw is active and keeps out protocol 112 (VRRP of Keepalived)")
    #expect(
      verdict.remedy
        == "sed -i.bak '/^-A ufw-before-input -i lo -j ACCEPT/a -A ufw-before-input -p 112 -j ACCEPT' "
        + "/etc/ufw/before.rules && ufw reload")
    let mended = [
      "/etc/ufw/before.rules": "-A ufw-before-input -i lo -j ACCEPT\n-A ufw-before-input -p 112 -j ACCEPT\nCOMMIT\n"
    ]
    #expect(try await FirewallNode.verdict([host, Self.enabled, Self.rules("6443", "19100"), mended]).state == .ok)
  }

  @Test func aPolicyThatAcceptsKeepsNothingOut() async throws {
    let policy = ["/etc/default/ufw": "IPV6=yes\nDEFAULT_INPUT_POLICY=\"ACCEPT\"\n"]
    #expect(try await FirewallNode.verdict([FirewallNode.worker, Self.enabled, policy]).state == .ok)
  }

  @Test func calicosTunnelIsLetInByCalicoItself() async throws {
    let verdict = try await FirewallNode.verdict([
      FirewallNode.worker, FirewallNode.calico, FirewallNode.interface("vxlan.calico"), Self.enabled,
      Self.rules("10250", "19100"),
    ])
    #expect(verdict.state == .ok)
  }

  @Test(arguments: ["ENABLED=no\n", "", "#ENABLED=yes\n", "ENABLED=Yes\n", "ENABLED=yes\nENABLED=no\n"])
  func aFirewallThatIsNotEnabledIsNotActive(configuration: String) async throws {
    let verdict = try await FirewallNode.verdict([
      FirewallNode.worker, Self.enabled, ["/etc/ufw/ufw.conf": configuration],
    ])
    #expect(verdict.state == .ok)
    #expect(verdict.summary == "no firewall is active, and no service loads rules at boot")
  }

  @Test func aRemovedPackageLeavesItsConfigurationEnabled() async throws {
    let status = { (state: String) in
      ["/var/lib/dpkg/status": "Package: ufw\nStatus: \(state)\nVersion: 0.36.2-1\n\n"]
    }
    let removed = try await FirewallNode.verdict([
      FirewallNode.worker, Self.enabled, status("deinstall ok config-files"),
    ])
    #expect(removed.state == .ok)
    let installed = try await FirewallNode.verdict([FirewallNode.worker, Self.enabled, status("install ok installed")])
    #expect(installed.state == .warning)
  }

  @Test func aServiceThatDoesNotStartLeavesItOpenWhetherTheRulesAreLoaded() async throws {
    let unit = ["/usr/lib/systemd/system/ufw.service": "[Unit]\n", "/usr/sbin/ufw": ""]
    let link = ["/etc/systemd/system/multi-user.target.wants/ufw.service": "/usr/lib/systemd/system/ufw.service"]
    let stopped = try await FirewallNode.verdict([FirewallNode.worker, Self.enabled, unit])
    #expect(stopped.state == .unknown)
    #expect(stopped.summary.contains("ufw.service does not start at boot"))
    #expect(stopped.remedy == "ufw status verbose")
    let started = try await FirewallNode.verdict([FirewallNode.worker, Self.enabled, unit], links: link)
    #expect(started.state == .warning)
    let masked = try await FirewallNode.verdict(
      [FirewallNode.worker, Self.enabled], links: link.merging(["/etc/systemd/system/ufw.service": "/dev/null"]) { $1 })
    #expect(masked.state == .unknown)
    let harmless = try await FirewallNode.verdict([
      FirewallNode.worker, Self.enabled, unit, Self.rules("10250", "19100"),
    ])
    #expect(harmless.state == .ok)
  }

  @Test(arguments: ["/etc/ufw/user.rules", "/etc/ufw/before.rules", "/etc/default/ufw", "/etc/ufw/ufw.conf"])
  func whatMayNotBeReadIsUnknownWithItsPath(path: String) async throws {
    let verdict = try await FirewallNode.verdict(
      [FirewallNode.worker, Self.enabled, Self.rules("10250", "19100")], forbidden: [path])
    #expect(verdict.state == .unknown)
    #expect(verdict.summary.contains("\(path): permission denied"))
  }
}
