import Testing

@testable import AgentHost
@testable import AgentKnowledge

@Suite("What CRI-O tells")
struct CRIOReportTests {
  @Test("/info as CRI-O 1.32 writes it")
  func info() throws {
    let json = """
      {"storage_driver":"overlay","storage_image":"","storage_root":"/var/lib/containers/storage",\
      "cgroup_driver":"systemd","default_id_mappings":{"uids":[{"container_id":0,"host_id":100000,"size":4294967295}],\
      "gids":null}}
      """
    let info = try #require(CRIOInfo(json: Array(json.utf8)))
    #expect(info == CRIOInfo(storageRoot: "/var/lib/containers/storage", cgroupDriver: "systemd"))
  }

  @Test("/info of other versions: a list of drivers, fewer fields")
  func otherInfo() {
    #expect(
      CRIOInfo(json: Array(#"{"storage_driver":["overlay","vfs"],"storage_root":"/s"}"#.utf8))
        == CRIOInfo(storageRoot: "/s"))
    #expect(CRIOInfo(json: Array(#"{"cgroup_driver":"cgroupfs","x":{}}"#.utf8)) == CRIOInfo(cgroupDriver: "cgroupfs"))
  }

  @Test(
    "what is no /info is none",
    arguments: [
      "", "{}", "[]", "null", "ok", "<html>", #"{"storage_root":"#, #"{"cgroup_driver":1}"#,
      #"{"cgroup_driver":"systemd","storage_root":{}}"#, String(repeating: "[", count: 100_000), "\u{0}",
    ])
  func noInfo(text: String) {
    #expect(CRIOInfo(json: Array(text.utf8)) == nil)
  }

  @Test("/config as CRI-O writes it")
  func configuration() {
    let toml = """
      [crio]
        root = "/var/lib/containers/storage"
        runroot = "/run/containers/storage"
        storage_driver = ""
        [crio.api]
          listen = "/var/run/crio/crio.sock"
          network_dir = "not this one"
        [crio.runtime]
          seccomp_use_default_when_empty = true
          default_env = []
          cgroup_manager = "systemd"
          [crio.runtime.runtimes]
            [crio.runtime.runtimes.runc]
              runtime_path = "/usr/bin/runc"
              network_dir = "not this one"
        [crio.image]
          pause_image = 'registry.k8s.io/pause:3.10'
        [crio.network]
          network_dir = "/etc/cni/net.d/"
      """
    #expect(CRIOConfiguration(toml: Array(toml.utf8)) == CRIOConfiguration(networkDirectory: "/etc/cni/net.d/"))
  }

  @Test("hostile TOML: comments, escapes, multi-line strings, arrays of tables, spaces, other types")
  func hostileConfiguration() {
    func value(_ lines: String) -> String? {
      CRIOConfiguration(toml: Array("[ crio . network ] # [x]\n\(lines)\n".utf8))?.networkDirectory
    }
    #expect(value("network_dir='a\\b'") == "a\\b")
    #expect(value("\tnetwork_dir\t=\t\"a\\\"\\\\\\u00e9\\U0001F600\\t\" # \"c\"") == "a\"\\é😀\t")
    #expect(value("# network_dir = \"x\"") == nil)
    #expect(value("network_dir = 5") == nil)
    #expect(value("network_dir = \"open") == nil)
    #expect(value("network_dir = \"\\x\"") == nil)
    #expect(value("network_dir = \"\\uD800\"") == nil)
    #expect(value("network_dir =") == nil)
    #expect(value("network_dir = \"yes\"\nx = \"\"\"\nmore\nnetwork_dir = \"no\"\n\"\"\"") == "yes")
    #expect(value("x = '''a'''\nnetwork_dir = \"yes\"") == "yes")
    #expect(value("[[crio.network]]\nnetwork_dir = \"no\"") == nil)
    #expect(value("network_dir = \"a\"\r\n[other]\r\nnetwork_dir = \"b\"\r") == "a")
  }

  @Test("what is no configuration of CRI-O is none", arguments: ["", "404 page not found\n", "[criox]\n", "crio = 1"])
  func noConfiguration(text: String) {
    #expect(CRIOConfiguration(toml: Array(text.utf8)) == nil)
    #expect(CRIOConfiguration(toml: [0x5B, 0xFF, 0x5D]) == nil)
  }

  @Test("what a server says is a fact, or the reason why not")
  func facts() {
    func fact(_ outcome: HTTPProbeResult.Outcome) -> HTTPFact<Int> {
      HTTPFact(HTTPProbeResult(outcome, times: .init(total: .seconds(1))), expected: "number") {
        Int(String(decoding: $0, as: UTF8.self))
      }
    }
    #expect(fact(.answered(HTTPProbeAnswer(status: 200, body: Array("7".utf8)))) == .known(7, after: .seconds(1)))
    #expect(fact(.answered(HTTPProbeAnswer(status: 200, body: Array("x".utf8)))) == .malformed("is no number"))
    #expect(fact(.answered(HTTPProbeAnswer(status: 500, body: Array("7".utf8)))) == .status(500))
    #expect(
      fact(.answered(HTTPProbeAnswer(status: 200, body: Array("7".utf8), isTruncated: true)))
        == .malformed("is more than 1 bytes"))
    #expect(fact(.notRecorded) == .notRecorded)
    #expect(fact(.failed(HTTPProbeFailure(.head, .closed))) == .failed(HTTPProbeFailure(.head, .closed)))
  }
}
