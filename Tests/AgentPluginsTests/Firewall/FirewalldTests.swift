@testable import AgentText
@testable import AgentKnowledge
import AgentCore
import Testing

@testable import AgentPlugins

/// firewalld as its package leaves it on a worker, running.
@Suite struct FirewalldTests {
  private static let zones = "/usr/lib/firewalld/zones"
  private static let base = [
    "/proc/812/comm": "firewalld\n",
    "/etc/firewalld/firewalld.conf": "# zone\nDefaultZone=public\nFirewallBackend=nftables\n",
    "\(zones)/public.xml": "<zone><service name=\"ssh\"/><service name=\"dhcpv6-client\"/><forward/></zone>",
    "\(zones)/trusted.xml": "<zone target=\"ACCEPT\"><forward/></zone>",
    "\(zones)/internal.xml": "<zone><service name=\"ssh\"/></zone>",
    "/usr/lib/firewalld/services/ssh.xml": "<service><port protocol=\"tcp\" port=\"22\"/></service>",
    "/usr/lib/firewalld/services/kubelet.xml": "<service><port protocol=\"tcp\" port=\"10250\"/></service>",
    "/usr/lib/firewalld/services/kube-worker.xml": "<service><include service=\"kubelet\"/></service>",
    "/usr/lib/firewalld/policies/allow-host-ipv6.xml": """
    <policy target="CONTINUE" priority="-15000"><ingress-zone name="ANY"/><egress-zone name="HOST"/>
    <rule family="ipv6"><icmp-type name="redirect"/><accept/></rule></policy>
    """,
  ]
  private static let kept = "10250/tcp (kubelet), 19100/tcp (metrics of nodeagent)"
  private static let ports = "<port port=\"10250\" protocol=\"tcp\"/><port port=\"19100\" protocol=\"tcp\"/>"

  private static func zone(_ content: String, _ name: String = "public", target: String = "") -> [String: String] {
    ["/etc/firewalld/zones/\(name).xml": "<?xml version=\"1.0\"?><zone\(target)>\(content)</zone>"]
  }

  private func verdict(_ parts: [String: String]..., forbidden: [String] = []) async throws -> Verdict {
    try await FirewallNode.verdict([FirewallNode.worker, Self.base] + parts, forbidden: forbidden)
  }

  @Test func shutPortsAreNamedWithTheCommandThatOpensThem() async throws {
    let verdict = try await verdict()
    #expect(verdict.state == .warning)
    #expect(verdict.summary == "firewalld is active and keeps out \(Self.kept)")
    #expect(
      verdict.remedy
        == "firewall-cmd --permanent --add-port=10250/tcp --add-port=19100/tcp && firewall-cmd --reload")
    #expect(verdict.evidence.contains(Evidence("/proc/812/comm", "firewalld")))
    #expect(
      verdict.evidence.contains(
        Evidence("\(Self.zones)/public.xml", "zone public of enp1s0, as configured on disk")))
  }

  /// What is added to the zone, and the ports that stay shut.
  @Test(arguments: [
    (ports, ""), ("<port port=\"10000-20000\" protocol=\"tcp\"/>", ""), ("<protocol value=\"tcp\"/>", ""),
    ("<protocol value=\"6\"/>", ""), ("<port port=\"\" protocol=\"tcp\"/>", kept),
    ("<service name=\"kubelet\"/><port port='19100' protocol='tcp'/>", ""),
    ("<service name=\"kube-worker\"/><port port=\"19100\" protocol=\"tcp\"/>", ""),
    ("<service name=\"kubelet\"/>", "19100/tcp (metrics of nodeagent)"),
    ("<service name=\"unheard-of\"/><service name=\"../zones/trusted\"/><service/>", kept),
    ("<port port=\"10250\" protocol=\"udp\"/>", kept), ("<source-port port=\"10250\" protocol=\"tcp\"/>", kept),
    ("<port port=\"99999\" protocol=\"tcp\"/><port/><protocol/><port port=\"1-2-3\" protocol=\"tcp\"/>", kept),
    ("<!-- \(ports) -->", kept), ("<description>&lt;port&gt; 10250</description>", kept),
    ("<forward-port port=\"10250\" protocol=\"tcp\" to-port=\"1\"/>", kept),
  ]) func whatAZoneOpens(content: String, shut: String) async throws {
    let verdict = try await verdict(Self.zone(content))
    if shut.isEmpty || content.contains("port=\"\"") {
      // An empty port is a whole protocol, in services and, as firewalld reads them alike, in zones.
      #expect(verdict.state == .ok)
    } else {
      #expect(verdict.summary == "firewalld is active and keeps out \(shut)")
    }
  }

  private static let all = "<accept/></rule>"

  /// Rich rules beside an otherwise closed zone.
  @Test(arguments: [
    ("<rule><protocol value=\"tcp\"/>\(all)", CheckState.ok, ""),
    ("<rule family=\"ipv4\"><source address=\"192.168.100.0/24\"/>\(all)", .ok, "open"),
    ("<rule family=\"ipv4\"><source address=\"192.168.100.0/255.255.255.0\"/>\(all)", .ok, "open"),
    ("<rule family=\"ipv4\"><source address=\"192.168.100.231\"/>\(all)", .ok, "open only for 192.168.100.231"),
    ("<rule><source mac=\"00:11:22:33:44:55\"/>\(all)", .ok, "open only for 00:11:22:33:44:55"),
    ("<rule><source ipset=\"nodes\"/>\(all)", .ok, "open only for ipset nodes"),
    (
      "<rule family=\"ipv4\"><source address=\"10.9.9.9\" invert=\"True\"/>\(all)", .ok,
      "open only for all but 10.9.9.9"
    ),
    ("<rule family=\"ipv4\"><source address=\"10.244.0.0/16\"/>\(all)", .warning, ""),
    ("<rule family=\"ipv6\"><protocol value=\"tcp\"/>\(all)", .warning, ""),
    ("<rule><protocol value=\"tcp\"/><log prefix=\"x\"/></rule>", .warning, ""),
    ("<rule><protocol value=\"tcp\"/><mark set=\"1\"/></rule>", .warning, ""),
    ("<rule><icmp-block name=\"redirect\"/>\(all)", .warning, ""),
    ("<rule><protocol value=\"tcp\"/><drop/></rule>\(ports)", .warning, ""),
    ("<rule priority=\"1\"><protocol value=\"tcp\"/><drop/></rule>\(ports)", .ok, "open"),
    (
      "<rule priority=\"-5\"><protocol value=\"tcp\"/><accept/></rule><rule><protocol value=\"tcp\"/><drop/></rule>",
      .ok, "open"
    ),
    (
      "<rule priority=\"-5\"><protocol value=\"tcp\"/><accept/></rule><rule priority=\"-9\"><protocol value=\"tcp\"/><reject/></rule>",
      .warning, ""
    ),
    ("<rule family=\"ipv4\"><source address=\"203.0.113.9\"/><drop/></rule>\(ports)", .ok, "open"),
    ("<rule family=\"ipv4\"><destination address=\"192.168.100.111\"/><protocol value=\"tcp\"/>\(all)", .ok, "open"),
    (
      "<rule family=\"ipv4\"><destination address=\"192.168.100.230\"/><protocol value=\"tcp\"/>\(all)", .ok,
      "open only for to 192.168.100.230"
    ),
  ]) func whatARichRuleDoes(rule: String, state: CheckState, evidence: String) async throws {
    let verdict = try await verdict(Self.zone(rule))
    #expect(verdict.state == state)
    if !evidence.isEmpty { #expect(verdict.evidence.contains(Evidence("10250/tcp (kubelet)", evidence))) }
  }

  @Test func aRuleThatRefusesIsOvertakenByAFirstOne() async throws {
    let rule = "<rule><port port=\"10250\" protocol=\"tcp\"/><reject/></rule><port port=\"19100\" protocol=\"tcp\"/>"
    let verdict = try await verdict(Self.zone(rule))
    #expect(
      verdict.remedy
        == "firewall-cmd --permanent --add-rich-rule='rule priority=\"-32768\" port port=\"10250\" protocol=\"tcp\" accept'"
        + " && firewall-cmd --reload")
  }

  @Test(arguments: [("ACCEPT", CheckState.ok), ("DROP", .warning), ("%%REJECT%%", .warning), ("default", .warning)])
  func theTargetDecidesOverTheRest(target: String, state: CheckState) async throws {
    #expect(try await verdict(Self.zone("", target: " target=\"\(target)\"")).state == state)
  }

  @Test func anOwnZoneHidesThePackagedOne() async throws {
    let packaged = ["\(Self.zones)/public.xml": "<zone target=\"ACCEPT\"/>"]
    #expect(try await verdict(packaged).state == .ok)
    #expect(try await verdict(packaged, Self.zone("")).state == .warning)
  }

  @Test func aZoneMayStandInSeveralFiles() async throws {
    let parts = [
      "/etc/firewalld/zones/public/one.xml": "<zone><port port=\"10250\" protocol=\"tcp\"/></zone>",
      "/etc/firewalld/zones/public/two.xml": "<zone><port port=\"19100\" protocol=\"tcp\"/></zone>",
    ]
    #expect(try await verdict(parts).state == .ok)
  }

  @Test func theInterfaceChoosesTheZone() async throws {
    let named = try await verdict(Self.zone("<interface name=\"enp1s0\"/>", "internal"), Self.zone(Self.ports))
    #expect(named.state == .warning)
    #expect(named.remedy?.hasPrefix("firewall-cmd --permanent --zone=internal --add-port") == true)
    let other = try await verdict(Self.zone("<interface name=\"enp2s0\"/>", "internal"), Self.zone(Self.ports))
    #expect(other.state == .ok)
    let fallback = try await verdict(["/etc/firewalld/firewalld.conf": "DefaultZone=trusted\n"])
    #expect(fallback.state == .ok)
    let missing = try await verdict(["/etc/firewalld/firewalld.conf": "DefaultZone=gone\n"], Self.zone(Self.ports))
    #expect(missing.state == .ok)
  }

  @Test(arguments: [
    ("[connection]\nid=lan\ninterface-name=enp1s0\nzone=trusted\n", CheckState.ok),
    ("[connection]\nid=lan\nzone=trusted\n", .ok), ("[connection]\ninterface-name=enp2s0\nzone=trusted\n", .warning),
    ("[connection]\ninterface-name=enp1s0\n\n[wifi]\nzone=trusted\n", .warning),
    ("[connection]\ninterface-name=enp1s0\nzone=\n", .warning),
    ("[connection]\ninterface-name=enp1s0\nzone=unheard-of\n", .warning),
  ]) func theConnectionChoosesTheZone(connection: String, state: CheckState) async throws {
    let path = "/etc/NetworkManager/system-connections/lan.nmconnection"
    #expect(try await verdict([path: connection]).state == state)
  }

  @Test func anOlderNetworkScriptChoosesTheZone() async throws {
    let script = ["/etc/sysconfig/network-scripts/ifcfg-enp1s0": "DEVICE=enp1s0\nZONE=\"trusted\"\n"]
    #expect(try await verdict(script).state == .ok)
  }

  @Test func sourcesGoBeforeInterfaces() async throws {
    let trusted = { (source: String) in
      Self.zone("<source address=\"\(source)\"/>", "trusted", target: " target=\"ACCEPT\"")
    }
    #expect(try await verdict(trusted("192.168.100.0/24")).state == .ok)
    #expect(try await verdict(trusted("10.244.0.0/16")).state == .warning, "pods are no nodes")
    let some = try await verdict(trusted("192.168.100.231"))
    #expect(some.state == .ok)
    #expect(some.evidence.contains(Evidence("10250/tcp (kubelet)", "open only for 192.168.100.231")))
    let block = Self.zone("<source address=\"192.168.0.0/16\"/>", "internal")
    #expect(try await verdict(block, Self.zone(Self.ports)).state == .warning)
  }

  /// Policies for what ends on this host.
  @Test(arguments: [
    (
      "<policy target=\"CONTINUE\"><ingress-zone name=\"ANY\"/><egress-zone name=\"HOST\"/>\(ports)</policy>",
      CheckState.ok
    ),
    (
      "<policy target=\"ACCEPT\" priority=\"5\"><ingress-zone name=\"public\"/><egress-zone name=\"HOST\"/></policy>",
      .ok
    ),
    ("<policy target=\"ACCEPT\"><ingress-zone name=\"internal\"/><egress-zone name=\"HOST\"/></policy>", .warning),
    ("<policy target=\"ACCEPT\"><ingress-zone name=\"ANY\"/><egress-zone name=\"ANY\"/></policy>", .warning),
    ("<policy target=\"CONTINUE\"><ingress-zone name=\"HOST\"/><egress-zone name=\"ANY\"/>\(ports)</policy>", .warning),
  ]) func whatAPolicyDoes(policy: String, state: CheckState) async throws {
    #expect(try await verdict(["/etc/firewalld/policies/own.xml": policy]).state == state)
  }

  @Test func aPolicyThatDropsGoesByItsPriority() async throws {
    let drop = { (priority: String) in
      [
        "/etc/firewalld/policies/own.xml": """
        <policy target="DROP" priority="\(priority)"><ingress-zone name="ANY"/><egress-zone name="HOST"/></policy>
        """
      ]
    }
    #expect(try await verdict(drop("-10"), Self.zone(Self.ports)).state == .warning)
    #expect(try await verdict(drop("10"), Self.zone(Self.ports)).state == .ok)
  }

  @Test func directRulesCountWithIptablesOnly() async throws {
    let direct = [
      "/etc/firewalld/direct.xml":
        "<direct><rule ipv=\"ipv4\" table=\"filter\" chain=\"INPUT\" priority=\"0\">-j ACCEPT</rule></direct>"
    ]
    #expect(try await verdict(direct).state == .warning)
    let iptables = ["/etc/firewalld/firewalld.conf": "FirewallBackend=iptables\n"]
    let unseen = try await verdict(direct, iptables)
    #expect(unseen.state == .unknown)
    #expect(unseen.summary.contains("/etc/firewalld/direct.xml"))
    #expect(try await verdict(iptables).state == .warning)
  }

  @Test func calicosTunnelPassesIptablesButNotNftables() async throws {
    let calico = FirewallNode.calico.merging(FirewallNode.interface("vxlan.calico")) { $1 }
    let nftables = try await verdict(calico, Self.zone(Self.ports))
    #expect(nftables.summary == "firewalld is active and keeps out 4789/udp (VXLAN of Calico)")
    let iptables = try await verdict(
      calico, Self.zone(Self.ports), ["/etc/firewalld/firewalld.conf": "FirewallBackend=iptables\n"])
    #expect(iptables.state == .ok)
  }

  @Test func aServiceWithADestinationOpensNoMore() async throws {
    let service = [
      "/etc/firewalld/services/kubelet.xml":
        "<service><port port=\"10250\" protocol=\"tcp\"/><destination ipv4=\"224.0.0.251\"/></service>"
    ]
    let zone = Self.zone("<service name=\"kubelet\"/><port port=\"19100\" protocol=\"tcp\"/>")
    #expect(try await verdict(service, zone).summary == "firewalld is active and keeps out 10250/tcp (kubelet)")
  }

  @Test func servicesThatIncludeEachOtherEnd() async throws {
    let services = [
      "/etc/firewalld/services/a.xml": "<service><include service=\"b\"/></service>",
      "/etc/firewalld/services/b.xml":
        "<service><include service=\"a\"/><port port=\"10250\" protocol=\"tcp\"/></service>",
    ]
    let verdict = try await verdict(services, Self.zone("<service name=\"a\"/>"))
    #expect(verdict.summary == "firewalld is active and keeps out 19100/tcp (metrics of nodeagent)")
  }

  @Test(arguments: [
    "/etc/firewalld", "/etc/firewalld/zones", "/usr/lib/firewalld/services/ssh.xml", "/etc/NetworkManager",
  ])
  func whatMayNotBeReadIsUnknownWithItsPath(path: String) async throws {
    let verdict = try await verdict(Self.zone(Self.ports + "<service name=\"ssh\"/>"), forbidden: [path])
    #expect(verdict.state == .unknown)
    #expect(verdict.summary.hasPrefix("firewalld is active and what it lets in cannot be seen: \(path)"))
    #expect(verdict.summary.hasSuffix("permission denied"))
  }

  @Test func aBrokenZoneFileIsUnknown() async throws {
    let verdict = try await verdict(["/etc/firewalld/zones/public.xml": "<zone><port"])
    #expect(verdict.state == .unknown)
    #expect(verdict.summary.contains("/etc/firewalld/zones/public.xml: is no well-formed XML"))
  }
}

@Suite struct FirewalldActivityTests {
  private static let installed = [
    "/usr/lib/systemd/system/firewalld.service": "[Unit]\n", "/etc/firewalld/firewalld.conf": "DefaultZone=public\n",
    "/usr/lib/firewalld/zones/public.xml": "<zone/>",
  ]
  private static let link = [
    "/etc/systemd/system/multi-user.target.wants/firewalld.service": "/usr/lib/systemd/system/firewalld.service"
  ]

  private func verdict(
    _ parts: [[String: String]], links: [String: String] = [:], forbidden: [String] = []
  ) async throws -> Verdict {
    try await FirewallNode.verdict([FirewallNode.worker] + parts, links: links, forbidden: forbidden)
  }

  @Test func stoppedAndDisabledIsWell() async throws {
    let verdict = try await verdict([Self.installed])
    #expect(verdict.state == .ok)
    #expect(verdict.summary == "no firewall is active, and no service loads rules at boot")
  }

  @Test func neitherInstalledIsWell() async throws {
    let verdict = try await verdict([])
    #expect(verdict.state == .ok)
    #expect(verdict.summary == "no firewall is active, and no service loads rules at boot")
  }

  @Test func theNextBootMayStartIt() async throws {
    let verdict = try await verdict([Self.installed], links: Self.link)
    #expect(verdict.state == .warning)
    #expect(
      verdict.summary == """
        firewalld is stopped, but the next boot starts it and keeps out 10250/tcp (kubelet), 19100/tcp (metrics of \
        nodeagent)
        """)
    #expect(verdict.remedy == "systemctl disable firewalld")
    let open = ["/usr/lib/firewalld/zones/public.xml": "<zone target=\"ACCEPT\"/>"]
    #expect(try await self.verdict([Self.installed, open], links: Self.link).state == .ok)
    let masked = Self.link.merging(["/etc/systemd/system/firewalld.service": "/dev/null"]) { $1 }
    #expect(try await self.verdict([Self.installed], links: masked).state == .ok)
  }

  @Test func aRuntimeLinkIsNotTheNextBoot() async throws {
    let link = [
      "/run/systemd/system/multi-user.target.wants/firewalld.service": "/usr/lib/systemd/system/firewalld.service"
    ]
    #expect(try await verdict([Self.installed], links: link).state == .ok)
  }

  @Test func hiddenProcessesLeaveItOpen() async throws {
    let verdict = try await verdict([Self.installed], forbidden: ["/proc/1"])
    #expect(verdict.state == .unknown)
    #expect(
      verdict.summary == """
        whether firewalld is active cannot be seen (/proc: the processes of the host cannot be seen); if it is, it \
        keeps out 10250/tcp (kubelet), 19100/tcp (metrics of nodeagent)
        """)
    #expect(verdict.remedy == "firewall-cmd --state; firewall-cmd --list-all")
    // hidepid shows a process its own kind only.
    let own = try await self.verdict([Self.installed, ["/proc/500/comm": "nodeagent\n"]], forbidden: ["/proc/1"])
    #expect(own.state == .unknown)
    let notThere = try await self.verdict([], forbidden: ["/proc/1"])
    #expect(notThere.state == .ok, "what is not installed does not run")
  }

  @Test func hostsThatShowNothingAreUnknown() async throws {
    for test in [try TestHost.empty(), try TestHost.forbidden()] {
      let plugin = FirewallPlugin(host: test.host)
      #expect(plugin.judge(try await plugin.observe(at: TestHost.time)).map(\.state) == [.unknown])
    }
  }

  @Test func theWorseOfTwoFirewallsSpeaks() async throws {
    let ufw = ["/etc/ufw/ufw.conf": "ENABLED=yes\n", "/etc/ufw/user.rules": ""]
    let running = ["/proc/7/comm": "firewalld\n"]
    let both = try await verdict([Self.installed, running, ufw])
    #expect(both.summary.contains("firewalld is active and keeps out") && both.summary.contains("; ufw is active"))
    #expect(both.remedy?.contains("--reload; ufw allow 10250/tcp") == true)
    let hidden = try await verdict([Self.installed, running, ufw], forbidden: ["/etc/firewalld"])
    #expect(hidden.state == .warning)
    #expect(hidden.summary.hasPrefix("ufw is active and keeps out"))
    #expect(hidden.evidence.contains(Evidence("/etc/firewalld/firewalld.conf", "permission denied")))
  }

  @Test func aNeedThatCannotBeSeenIsNeverCalledMet() async throws {
    let open = ["/proc/7/comm": "firewalld\n", "/usr/lib/firewalld/zones/public.xml": "<zone target=\"ACCEPT\"/>"]
    let verdict = try await verdict([Self.installed, open], forbidden: ["/etc/cni/net.d"])
    #expect(verdict.state == .unknown)
    #expect(
      verdict.summary.contains(
        "firewalld is active and what it must let in cannot be seen: /etc/cni/net.d: permission denied"))
  }
}
