import Testing

@testable import AgentText

@Suite("Settings are decoded")
struct SettingsReaderTests {
  private func load(_ text: String) throws -> SettingsNode {
    try Settings.load(text: Array(text.utf8), file: "f.yaml")
  }

  @Test("Nothing decodes to all defaults", arguments: ["", "# only this\n", "---\n", "~", "{}", "disk:\nservers:\n"])
  func defaults(text: String) throws {
    let settings: SampleSettings = try load(text).decode()
    #expect(settings.name == "node" && settings.enabled && settings.retries == 3 && settings.ratio == 0.5)
    #expect(settings.hold == .seconds(30) && settings.expect == .none && settings.roles == [.auto])
    #expect(settings.listen == [] && settings.extra == nil && settings.disk.limit == 90 && settings.ingress == nil)
    #expect(settings.servers.isEmpty && settings.values == ["net.a": 1] && settings.checks.isEmpty)
  }

  @Test("Everything that is written is read")
  func everything() throws {
    let settings: SampleSettings = try load(
      """
      name: "5"
      enabled: false
      retries: 0xa
      ratio: 1
      hold: 5m
      expect: "any"
      role: [control-plane, worker]
      listen:
        - "[::]:19100"
      extra: x
      disk: {limit: 95}
      ingress: {address: 192.168.100.240, port: 80}
      servers:
        - address: a
          port: 1
        - {address: b, port: 2}
      values: {net.ipv4.ip_forward: 1}
      checks: {swap.policy: {expect: none}}
      """
    ).decode()
    #expect(settings.name == "5" && !settings.enabled && settings.retries == 10 && settings.ratio == 1)
    #expect(settings.hold == .seconds(300) && settings.expect == .any && settings.roles == [.controlPlane, .worker])
    #expect(settings.listen == ["[::]:19100"] && settings.extra == "x" && settings.disk.limit == 95)
    #expect(settings.ingress?.address == "192.168.100.240" && settings.servers.map(\.port) == [1, 2])
    #expect(settings.values == ["net.ipv4.ip_forward": 1])
    #expect(settings.checks["swap.policy"]?["expect"].path == "checks.swap.policy.expect")
  }

  @Test("One value may stand for a list where that is asked for")
  func oneOrMany() throws {
    #expect(try load("role: worker").decode(SampleSettings.self).roles == [.worker])
  }

  @Test("All mistakes are found, in the order of the text")
  func allMistakes() throws {
    let text = "nam: a\nretries: 99\ndisk: {limit: x, other: 1}\nservers: [{port: y}, 5]\nhold: 7\n"
    let error = #expect(throws: SettingsErrors.self) { try load(text).decode(SampleSettings.self) }
    let places = error?.problems.map { "\($0.mark) \($0.path)" }
    #expect(
      places == [
        "1:1 nam", "2:10 retries", "3:15 disk.limit", "3:18 disk.other", "4:11 servers[0].address",
        "4:18 servers[0].port", "4:22 servers[1]", "5:7 hold",
      ])
    #expect(error?.description.split(separator: "\n").count == 8)
  }

  @Test("Several nodes may be decoded into one collection of mistakes")
  func severalNodes() throws {
    let node = try load("a: {limit: x}\nb: {limit: 5}\nc: {limit: y}\n")
    let diagnostics = SettingsDiagnostics()
    let limits = ["a", "b", "c", "d"].map { node[$0].decode(SampleDisk.self, into: diagnostics).limit }
    #expect(limits == [90, 5, 90, 90])
    let error = #expect(throws: SettingsErrors.self) { try diagnostics.check() }
    #expect(error?.problems.map(\.path) == ["a.limit", "c.limit"])
  }

  @Test("A node knows its path, its place and what is below it")
  func nodes() throws {
    let node = try load("a:\n  b.c: [x, {d: y}]\n")
    #expect(node["a"].children.map(\.key) == ["b.c"])
    #expect(node["a"]["b.c"].items[1]["d"].path == "a.b.c[1].d")
    #expect(node["a"]["b.c"].items[1]["d"].mark == SourceMark(line: 2, column: 16))
    #expect(node["a"]["b.c"].items[1]["d"].keyMark == SourceMark(line: 2, column: 13))
    #expect(node["a"]["z"].isAbsent && node["a"]["z"].mark == SourceMark(line: 2, column: 3))
    #expect(node["a"].items.isEmpty && node["a"]["b.c"].children.isEmpty)
    #expect(SettingsNode.absent.isAbsent && SettingsNode.absent["x"]["y"].path == "x.y")
  }

  @Test("Keys of another reader are allowed when named, or all of them")
  func sharedMapping() throws {
    struct Named: SettingsSection {
      init(from reader: SettingsReader) { reader.allow("hold", "clear") }
    }
    struct Open: SettingsSection {
      init(from reader: SettingsReader) { reader.allowAnyKey() }
    }
    let node = try load("hold: 5s\nother: 1\n")
    _ = try node.decode(Open.self)
    let error = #expect(throws: SettingsErrors.self) { try node.decode(Named.self) }
    #expect(error?.description == "f.yaml:2:1: key 'other': unknown key; allowed keys: clear, hold")
  }

  @Test("A settings type may reject what it alone can judge")
  func rejection() throws {
    struct Picky: SettingsSection {
      init(from reader: SettingsReader) {
        let file = reader.optional("file", as: String.self)
        if file == "admin.conf" { reader.reject("file", "admin.conf is refused", allowed: "a read-only identity") }
      }
    }
    let error = #expect(throws: SettingsErrors.self) { try load("file: admin.conf").decode(Picky.self) }
    #expect(error?.description == "f.yaml:1:7: key 'file': admin.conf is refused; allowed: a read-only identity")
  }

  @Test("A type that gives up without a reason is still an error")
  func silentFailure() throws {
    struct Silent: SettingsDecodable {
      init?(from reader: SettingsReader) { nil }
    }
    let error = #expect(throws: SettingsErrors.self) { try load("").decode(Silent.self) }
    #expect(error?.description == "f.yaml:1:1: is not complete")
  }

  @Test("Every node of an unknown name can be reported with the near ones")
  func unknownName() throws {
    let node = try load("checks:\n  swap.polcy: {}\n")
    let diagnostics = SettingsDiagnostics()
    for child in node["checks"].children {
      diagnostics.reportUnknownKey(child, allowed: ["swap.policy", "raid.state"])
    }
    #expect(
      diagnostics.problems.map(\.description) == [
        "f.yaml:2:3: key 'checks.swap.polcy': unknown key (did you mean 'swap.policy'?);"
          + " allowed keys: raid.state, swap.policy"
      ])
  }
}
