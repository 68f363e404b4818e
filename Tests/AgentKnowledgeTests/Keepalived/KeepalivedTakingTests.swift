import AgentHost
import AgentTesting
import AgentText
import Testing

@testable import AgentKnowledge

/// What Keepalived makes of a configuration; each line was tried with `keepalived --config-test` of 2.2.7.
@Suite struct KeepalivedTakingTests {
  private static let globals = "global_defs {\n script_user root\n enable_script_security\n}\n"
  private static let script = "vrrp_script chk {\n script \"/usr/bin/pgrep -x haproxy\"\n weight -40\n}\n"

  private static func instance(
    _ more: String = "", name: String = "VI", priority: String = "priority 100", number: String = "51",
    track: String = "track_script {\n chk\n}", state: String = "BACKUP", address: String = "10.0.0.50/24"
  ) -> String {
    """
    vrrp_instance \(name) {
      state \(state)
      interface eth0
      virtual_router_id \(number)
      \(priority)
      \(more)
      virtual_ipaddress {
        \(address)
      }
      \(track)
    }

    """
  }

  /// A host with pgrep and Keepalived, whose only users are root and nobody.
  private func read(_ text: String, more: [String: String] = [:]) throws -> KeepalivedConfiguration {
    let tree = try TemporaryTree(
      [
        "etc/keepalived/keepalived.conf": text, "usr/sbin/keepalived": "", "usr/bin/pgrep": "", "usr/bin/plain": "",
        "etc/passwd": "root:x:0:0::/:\nnobody:x:9:9::/:\n", "etc/group": "root:x:0:\nnogroup:x:9:\n",
        "proc/sys/kernel/hostname": "lb1.example\n",
      ].merging(more) { $1 })
    try tree.allowExecution("usr/bin/pgrep")
    defer { _ = tree }
    return try #require(
      try KeepalivedConfiguration.read(HostFiles(root: HostRoot(tree.path, mode: .recorded))))
  }

  // MARK: trackers

  @Test(arguments: [
    globals + script + instance(),
    script + globals + instance(),
    globals + script.replacing("/usr/bin/pgrep", with: "pgrep") + instance(),
    globals + script.replacing("/usr/bin/pgrep", with: "/srv/check") + instance(),
    // Of a recording it is not known where a program of a name alone would be.
    globals + script.replacing("/usr/bin/pgrep -x", with: "killall -0") + instance(),
    globals.replacing("script_user root", with: "script_user nobody nogroup") + script + instance(),
    // Without security the script is run as root where keepalived_script is missing.
    script + instance(),
    globals + script.replacing("weight -40", with: "user nobody") + instance(),
    globals + "vrrp_track_process p {\n process x\n}\n" + instance(track: "track_process {\n p\n}"),
    globals + "track_file f {\n file /x\n}\n" + instance(track: "track_file {\n f weight 3\n}"),
    globals + script + instance(track: "track_script { chk }"),
    globals + script + instance(track: "track_script {\n chk weight -2 reverse\n}"),
    globals + script.replacing("/usr/bin/pgrep -x haproxy", with: "/usr/bin/sh -c 'exit 0'") + instance(),
    globals + script.replacing("\"/usr/bin/pgrep -x haproxy\"", with: "/usr/bin/pgrep") + instance(),
  ]) func trackersThatKeepalivedKeeps(text: String) throws {
    let found = try read(text)
    #expect(found.instances.map(\.isTracking) == [true] && found.flaws.isEmpty && found.problems.isEmpty, "\(found)")
  }

  @Test(arguments: [
    (globals + instance() + script, "defined after it (/etc/keepalived/keepalived.conf:"),
    (globals + instance(), "defined nowhere"),
    (
      globals + instance(track: "track_process {\n p\n}") + "vrrp_track_process p {\n process x\n}\n",
      "defined after it"
    ),
    (globals + instance(track: "track_bfd {\n b\n}") + "bfd_instance b {\n}\n", "defined after it"),
    (globals + "vrrp_script chk {\n weight -40\n}\n" + instance(), "names no script"),
    (globals + script.replacing("weight -40", with: "user ghost") + instance(), "no user or group ghost"),
    (globals + script.replacing("weight -40", with: "user nobody ghosts") + instance(), "nobody ghosts"),
    (globals + script.replacing("weight -40", with: "user 0") + instance(), "no user or group 0"),
    (globals.replacing("root", with: "ghost") + script + instance(), "no user or group ghost"),
    (globals.replacing("script_user root", with: "") + script + instance(), "no script_user"),
    (script + globals.replacing("script_user root", with: "") + instance(), "keepalived_script"),
    (globals + script.replacing("/usr/bin/pgrep", with: "/usr/bin/gone") + instance(), "there is no /usr/bin/gone"),
    (globals + script.replacing("/usr/bin/pgrep", with: "/usr/bin/plain") + instance(), "not executable"),
    (globals + script + instance(priority: "priority 255"), "weight cannot change priority 255"),
    (
      globals + "track_file f {\n file /x\n}\n" + instance(priority: "priority 255", track: "track_file {\n f\n}"),
      "priority 255"
    ),
    (
      globals + script.replacing("weight -40", with: "")
        + instance(
          priority: "priority 255", track: "track_script {\n chk weight 5\n}"), "priority 255"
    ),
  ]) func trackersThatKeepalivedIgnores(text: String, words: String) throws {
    let found = try read(text)
    #expect(found.instances.map(\.isTracking) == [false])
    #expect(found.flaws.contains { $0.text.contains(words) }, "\(found.flaws)")
  }

  @Test func priority255KeepsWhatHasNoWeight() throws {
    let text = Self.globals + Self.script.replacing("weight -40", with: "") + Self.instance(priority: "priority 255")
    let found = try read(text)
    #expect(found.flaws.isEmpty && found.instances.map(\.isTracking) == [true])
  }

  @Test func usersFromElsewhereAreNotJudged() throws {
    let text = Self.globals.replacing("script_user root", with: "") + Self.script + Self.instance()
    let found = try read(text, more: ["etc/nsswitch.conf": "passwd: files sss # central\n"])
    #expect(found.flaws.isEmpty && found.problems.count == 1)
    let local = try read(text, more: ["etc/nsswitch.conf": "passwd:files systemd\n"])
    #expect(local.flaws.count == 1 && local.problems.isEmpty)
  }

  @Test func programsOfAPodAreNotThoseOfTheHost() throws {
    let text = Self.globals + Self.script.replacing("/usr/bin/pgrep", with: "/etc/keepalived/check") + Self.instance()
    let pod = """
      kind: Pod
      metadata: {name: keepalived}
      spec:
        containers: [{name: k, image: osixia/keepalived:2.0.20}]
      """
    #expect(try read(text).flaws.count == 1)
    #expect(try read(text, more: ["etc/kubernetes/manifests/keepalived.yaml": pod]).flaws.isEmpty)
  }

  // MARK: values

  @Test(arguments: [
    ("", true), ("accept", true), ("no_accept", false), ("strict_mode on", false), ("strict_mode on\nversion 3", false),
    ("strict_mode on\nversion 3\naccept", true), ("strict_mode on\naccept", false), ("strict_mode off", true),
  ]) func strictInstancesDropRequests(more: String, answers: Bool) throws {
    #expect(try read(Self.script + Self.instance(more)).instances.map(\.dropsRequests) == [!answers])
  }

  @Test func strictForAllUnlessItIsTheOwner() throws {
    let strict = "global_defs {\n vrrp_strict\n}\n"
    #expect(try read(strict + Self.instance()).instances.map(\.dropsRequests) == [true])
    #expect(try read(strict + Self.instance(priority: "priority 255")).instances.map(\.dropsRequests) == [false])
    #expect(try read(strict + Self.instance("strict_mode off")).instances.map(\.dropsRequests) == [false])
    let version = strict.replacing("vrrp_strict", with: "vrrp_strict\n vrrp_version 3")
    #expect(try read(version + Self.instance("accept")).instances.map(\.dropsRequests) == [false])
    #expect(try read(strict + Self.instance("accept", address: "fe80::50")).instances.map(\.dropsRequests) == [false])
  }

  @Test(arguments: [
    ("", "BACKUP", true), ("", "MASTER", false), ("priority 255", "BACKUP", false),
  ]) func nopreemptThatKeepalivedKeeps(priority: String, state: String, isKept: Bool) throws {
    let found = try read(Self.instance("nopreempt", priority: priority, track: "", state: state))
    #expect(found.instances.map(\.isPatient) == [isKept] && found.flaws.isEmpty == isKept)
  }

  @Test(arguments: [
    (instance(priority: "priority 100;", track: ""), "priority 100;", false),
    (instance(priority: "priority 256", track: ""), "priority 256", false),
    (instance(priority: "priority", track: ""), "no value", true),
    (instance(number: "0", track: ""), "no valid virtual_router_id", true),
    (instance(number: "51;", track: ""), "no valid virtual_router_id", true),
    (instance(track: "", state: "master"), "neither MASTER nor BACKUP", false),
    (instance(track: "", address: "10.0.0.50 10.0.0.51"), "10.0.0.51 of VI stands on the line of 10.0.0.50", false),
    (instance("unicast_peer {\n10.0.0.2 10.0.0.3\n}", track: ""), "10.0.0.3 of VI stands on the line", false),
    (script + instance(track: "track_script {\n chk other\n}"), "other of VI stands on the line of chk", false),
    (instance(track: "").replacing("eth0", with: "lo"), "uses lo", true),
    (instance(track: "", address: "10.0.0.50;"), "no address", false),
    (instance(track: "", address: "10.0.0.50/24;"), "Keepalived takes /32", false),
    (instance(track: "", address: "10.0.0.50\nfd00::50"), "fd00::50 of VI is of another family", false),
    (instance(track: "").replacing("interface eth0", with: ""), "names no interface", true),
    (instance(track: "") + instance(number: "52", track: "", address: "10.0.0.51"), "a second time", false),
  ]) func valuesThatKeepalivedDoesNotTake(text: String, words: String, isFatal: Bool) throws {
    let found = try read(text)
    #expect(found.flaws.contains { $0.text.contains(words) && $0.isFatal == isFatal }, "\(found.flaws)")
    #expect(found.instances.flatMap(\.addresses).allSatisfy { "\($0)" == "10.0.0.50" })
  }

  @Test(arguments: [
    instance(track: "", address: "10.0.0.50/24 brd 10.0.0.255 dev eth0 label eth0:1"),
    instance("unicast_peer {\n10.0.0.2 min_ttl 255\n10.0.0.3\n}", track: ""),
    instance(number: "051", track: ""), instance(priority: "priority +100", track: ""),
    instance(track: "").replacing("eth0", with: "\"eth0\""), instance(track: "").replacing("VI {", with: "VI{"),
  ]) func spellingsThatKeepalivedTakes(text: String) throws {
    let found = try read(text)
    #expect(found.flaws.isEmpty && found.problems.isEmpty && found.instances.count == 1, "\(found)")
  }

  @Test func addressesOfBothFamiliesAreCarriedAlong() throws {
    let both = "virtual_ipaddress_excluded {\n fd00::50\n}"
    #expect(try read(Self.instance(both, track: "")).flaws.isEmpty)
  }

  // MARK: parameters and conditions

  @Test(arguments: [
    "$P=120\n" + instance(priority: "priority $P", track: ""),
    "$P=\t120 # usual\n" + instance(priority: "priority ${P}", track: ""),
    "$P=2\n" + instance(priority: "priority 1${P}0", track: ""),
    "$A=120\n$B=$A\n" + instance(priority: "priority $B", track: ""),
    "$P=priority 120\n" + instance(priority: "$P", track: ""),
    "$P=\\\npriority 120 \\\nadvert_int 1\n" + instance(priority: "$P", track: ""),
    "$P=120\n" + instance(priority: "priority $P", track: "") + "$P=7\n",
    "@lb1 $P=120\n@lb2 $P=7\n" + instance(priority: "priority $P", track: ""),
    instance(priority: "@lb1 priority 120\n@lb2 priority 7", track: ""),
    instance(priority: "@^lb2 priority 120\n@^lb1 priority 7", track: ""),
    instance(priority: "priority 120\n@lb priority 7\n@lb11 priority 8", track: ""),
  ]) func whatIsEvaluated(text: String) throws {
    let found = try read(text)
    #expect(found.instances.map(\.priority) == [120] && found.problems.isEmpty && found.flaws.isEmpty, "\(found)")
  }

  @Test func theServiceMayHaveAnotherName() throws {
    let text = Self.instance(priority: "@west priority 120\n@lb1 priority 7", track: "")
    let found = try read(text, more: ["etc/default/keepalived": "# -i east\nDAEMON_ARGS=\"-D -i west\"\n"])
    #expect(found.instances.map(\.priority) == [120])
  }

  @Test(arguments: [
    "DAEMON_ARGS=\"-D -f /etc/keepalived/k8s.conf\"\n", "KEEPALIVED_OPTIONS='--use-file=/etc/keepalived/k8s.conf'\n",
  ])
  func theServiceMayHaveAnotherFile(arguments: String) throws {
    let text = Self.instance(priority: "priority 7", track: "")
    let other = Self.instance(priority: "priority 120", track: "")
    let found = try read(text, more: ["etc/keepalived/k8s.conf": other, "etc/sysconfig/keepalived": arguments])
    #expect(found.instances.map(\.priority) == [120])
    #expect(found.addresses.first?.source.hasPrefix("/etc/keepalived/k8s.conf:") == true)
  }

  @Test(arguments: [
    "authentication {\n auth_type PASS\n auth_pass pa$$w0rd\n}", "authentication {\n auth_pass $ecret${x\n}",
    "notify_master \"/x $1\"",
  ]) func dollarsThatAreNoParameters(more: String) throws {
    let found = try read(Self.instance(more, track: ""))
    #expect(found.problems.isEmpty && found.flaws.isEmpty)
    #expect(!"\(found)".contains("w0rd") && !"\(found)".contains("ecret"))
  }

  @Test func anUndefinedParameterIsNoNumber() throws {
    #expect(try read(Self.instance(priority: "priority $P", track: "") + "$P=120\n").flaws.count == 1)
  }

  @Test func parametersThatHoldThemselvesEnd() throws {
    let found = try read("$A=$B$B$B\n$B=$A$A$A\n" + Self.instance(priority: "priority $A", track: ""))
    #expect(found.flaws.count == 1)
  }

  // MARK: IPVS

  @Test(arguments: [
    "virtual_server 10.0.0.50 6443 {\n real_server 10.0.0.11 6443 {\n }\n}\n",
    "virtual_server_group api {\n 10.0.0.50 6443\n}\nvirtual_server group api {\n}\n",
    "virtual_server group api {\n}\nvirtual_server_group api {\n 10.0.0.50 6443\n}\n",
  ]) func whatIPVSServes(text: String) throws {
    #expect(try read(text).virtualServers.map(\.description) == ["10.0.0.50"])
    #expect(try read(text.replacing("10.0.0.50 6443", with: "fwmark 1")).servesMarks == true)
  }

  @Test func aGroupThatNoServerUsesServesNothing() throws {
    #expect(try read("virtual_server_group api {\n 10.0.0.50 6443\n}\n").virtualServers.isEmpty)
  }
}
