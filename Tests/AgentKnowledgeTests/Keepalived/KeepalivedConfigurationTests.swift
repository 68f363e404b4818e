@testable import AgentText
import AgentTesting
import Testing

@testable import AgentHost
@testable import AgentKnowledge

@Suite struct KeepalivedConfigurationTests {
  private static let usual = """
    ! Configuration File for keepalived
    global_defs {
      router_id n100-004   # a comment
      enable_dbus
    }
    vrrp_script check {
      script "/usr/bin/pgrep -x haproxy }"
      weight -40
    }
    vrrp_instance VI_API {
      state MASTER
      interface enp1s0
      virtual_router_id 51
      priority 150
      authentication {
        auth_type PASS
        auth_pass SECRETWORD
      }
      unicast_peer {
        192.168.100.171 min_ttl 255
        192.168.100.172
      }
      virtual_ipaddress {
        192.168.100.230/24 brd 192.168.100.255 dev enp1s0 label enp1s0:1
      }
      virtual_ipaddress_excluded {
        2001:db8::230/64
      }
      track_script {
        check
      }
    }
    """

  private func read(
    _ files: [String: String], forbidden: [String] = []
  ) throws -> KeepalivedConfiguration? {
    let tree = try TemporaryTree(
      Dictionary(uniqueKeysWithValues: files.map { ("etc/keepalived/\($0.key)", $0.value) }))
    defer { _ = tree }
    let root = try HostRoot(tree.path, mode: .recorded)
    return try KeepalivedConfiguration.read(HostFiles(root: root, forbidden: forbidden))
  }

  private func parse(_ text: String) throws -> KeepalivedConfiguration {
    try #require(try read(["keepalived.conf": text]))
  }

  @Test func everythingThatIsAskedOfAnInstance() throws {
    let found = try parse(Self.usual)
    let instance = try #require(found.instances.first)
    #expect(found.instances.count == 1 && found.problems.isEmpty && found.isOnBus)
    #expect(instance.name == "VI_API" && instance.source == "/etc/keepalived/keepalived.conf:10")
    #expect(instance.state == "MASTER" && instance.interface == "enp1s0")
    #expect(instance.routerID == 51 && instance.priority == 150 && instance.isTracking)
    #expect(instance.peers.map(\.description) == ["192.168.100.171", "192.168.100.172"])
    #expect(instance.addresses.map(\.description) == ["192.168.100.230", "2001:db8::230"])
    #expect(found.addresses.map(\.source).first == "/etc/keepalived/keepalived.conf:24")
    #expect(found.instances(moving: instance.addresses[1]) == [instance])
    #expect(!"\(found)".contains("SECRETWORD"))
  }

  @Test func noFileIsNoConfiguration() throws { #expect(try read([:]) == nil) }

  @Test(arguments: [
    ("vrrp_instance a\n{\nvirtual_ipaddress\n{\n10.0.0.1\n}\n}\n", ["10.0.0.1"]),
    ("vrrp_instance a {\nvirtual_ipaddress{ 10.0.0.1/24 }\n}\n", ["10.0.0.1"]),
    ("vrrp_instance a {\n virtual_ipaddress {\n # 10.0.0.1\n ! 10.0.0.2\n 10.0.0.3 ! 10.0.0.4\n }\n}\n", ["10.0.0.3"]),
    ("vrrp_instance a {\n virtual_ipaddress {\n \"10.0.0.1/24\" dev eth0\n }\n}\n", ["10.0.0.1"]),
    ("vrrp_instance a {\r\n virtual_ipaddress {\r\n 10.0.0.1\r\n }\r\n}\r\n", ["10.0.0.1"]),
    ("vrrp_instance a {\n virtual_ipaddress {\n 10.0.0.\\\n1\n }\n}\n", ["10.0.0.1"]),
    ("vrrp_instance a {\n virtual_routes {\n 10.0.0.1 via 10.0.0.2\n }\n}\n", []),
    ("vrrp_instance a {\n virtual_ipaddress {\n nonsense\n 300.0.0.1\n -\n 10.0.0.1;\n }\n}\n", []),
    ("virtual_server 10.0.0.1 443 {\n real_server 10.0.0.2 443 {\n }\n}\n", []),
  ]) func addressesHoweverTheyAreWritten(text: String, addresses: [String]) throws {
    let found = try parse(text)
    #expect(found.instances.flatMap(\.addresses).map(\.description) == addresses)
    #expect(found.addresses.map(\.address.description) == addresses && found.problems.isEmpty)
  }

  @Test func bytesThatAreNoTextHideNothing() throws {
    let tree = try TemporaryTree()
    try tree.write(
      "etc/keepalived/keepalived.conf",
      bytes: [0xFF, 0x00, 0x0A] + Array("vrrp_instance a {\nvirtual_ipaddress {\n10.0.0.1\n}\n}\n".utf8))
    let found = try KeepalivedConfiguration.read(HostFiles(root: HostRoot(tree.path, mode: .recorded)))
    #expect(found?.addresses.count == 1)
  }

  @Test(arguments: [
    ("track_process {\n p\n }", true), ("track_file {\n f\n }", true), ("track_bfd {\n b\n }", true),
    ("track_interface {\n eth1\n }", false), ("", false),
  ]) func whatWatchesAService(block: String, isTracking: Bool) throws {
    let defined = "vrrp_track_process p {\n process x\n}\nvrrp_track_file f {\n file /x\n}\nbfd_instance b {\n}\n"
    #expect(try parse(defined + "vrrp_instance a {\n \(block)\n}\n").instances.map(\.isTracking) == [isTracking])
  }

  @Test func aSyncGroupWatchesForItsMembers() throws {
    let found = try parse(
      """
      vrrp_script check {
        script true
      }
      vrrp_instance a {
      }
      vrrp_instance b {
      }
      vrrp_sync_group g {
        group {
          a
        }
        track_script {
          check
        }
      }
      """)
    #expect(found.instances.map(\.isTracking) == [true, false])
  }

  @Test(arguments: [
    "vrrp_instance a {\nvirtual_ipaddress {\n10.0.0.1\n}\n",
    "}\nvrrp_instance a {\nvirtual_ipaddress {\n10.0.0.1\n}\n}\n",
    "global_defs {\nvrrp_instance a {\nvirtual_ipaddress {\n10.0.0.1\n}\n}\n",
  ]) func bracesThatDoNotMatchAreToldAndHideNoAddress(text: String) throws {
    let found = try parse(text)
    #expect(found.instances.first?.addresses.count == 1)
    #expect(found.problems.count == 1)
    if case .wrong? = found.problems.first {} else { Issue.record("\(found.problems)") }
  }

  @Test(arguments: [
    "vrrp_instance a {\n @main priority 100\n}\n", "vrrp_instance a {\n priority $_PRIORITY\n}\n",
    "vrrp_instance a {\n virtual_ipaddress {\n ${_BASE}.1\n }\n}\n", "include {a,b}.conf\n", "include\n",
    "~SEQ(i, 1, 3) vrrp_instance a$i\n",
  ]) func whatIsNotEvaluatedIsSaid(text: String) throws {
    let found = try parse(text)
    #expect(found.problems.count == 1)
    if case .notEvaluated? = found.problems.first {} else { Issue.record("\(found.problems)") }
    #expect(found.instances.allSatisfy { $0.priority == nil && $0.addresses.isEmpty })
  }

  @Test(arguments: [
    "include conf.d/*.conf", "include /etc/keepalived/conf.d/*.conf", "includea conf.d/?.conf", "includew conf.d/a*",
    "include conf.d/a.conf",
  ]) func includedFilesCount(line: String) throws {
    let found = try #require(
      try read([
        "keepalived.conf": "\(line)\n",
        "conf.d/a.conf": "vrrp_instance a {\n virtual_ipaddress {\n include list\n }\n}\n",
        "conf.d/list": "10.0.0.1\n", "conf.d/.hidden.conf": "vrrp_instance b {\n}\n", "conf.d/c.txt": "}\n",
      ]))
    #expect(found.instances.map(\.source) == ["/etc/keepalived/conf.d/a.conf:1"])
    #expect(found.addresses.map(\.source) == ["/etc/keepalived/conf.d/list:1"])
    #expect(found.problems.isEmpty)
  }

  @Test func includesInALoopEnd() throws {
    let found = try #require(
      try read(["keepalived.conf": "include a.conf\n", "a.conf": "include keepalived.conf\ninclude a.conf\n"]))
    #expect(found.problems.count == 2)
  }

  @Test func manyIncludesEnd() throws {
    // Every file includes the next one twice: without a limit, 2^20 readings.
    var files = ["keepalived.conf": "include 0\ninclude 0\n"]
    for number in 0..<20 { files["\(number)"] = "include \(number + 1)\ninclude \(number + 1)\n" }
    let found = try #require(try read(files))
    #expect(found.problems.contains { if case .notEvaluated = $0 { true } else { false } })
  }

  @Test func missingIncludesAreNothingAndForbiddenOnesAreTold() throws {
    let files = ["keepalived.conf": "include no.conf\ninclude no/*.conf\ninclude a.conf\n", "a.conf": "x\n"]
    #expect(try read(files)?.problems == [])
    let error = FileError("/etc/keepalived/a.conf", .permissionDenied)
    #expect(try read(files, forbidden: ["/etc/keepalived/a.conf"])?.problems == [.unreadable(error)])
    #expect(throws: FileError.self) { try read(files, forbidden: ["/etc/keepalived"]) }
  }

  @Test func tooLargeAFileIsAnError() throws {
    #expect(throws: FileError("/etc/keepalived/keepalived.conf", .tooLarge(limit: 4 << 20))) {
      try read(["keepalived.conf": String(repeating: "vrrp_instance a {\n}\n", count: 500_000)])
    }
  }

  @Test func aLargeFileIsReadInOnePass() throws {
    let text = "vrrp_instance a {\n" + String(repeating: "{", count: 1 << 20) + String(repeating: "x", count: 1 << 20)
    #expect(try parse(text).problems.count == 1)
  }
}
