import AgentCore
import Testing

@testable import AgentText

@Suite("Scalars are read and written")
struct SettingsScalarTests {
  @Test(
    "Durations are an integer and a unit",
    arguments: [
      ("500ms", .milliseconds(500), "500ms"), ("30s", .seconds(30), "30s"), ("5m", .seconds(300), "5m"),
      ("1h", .seconds(3_600), "1h"), ("2d", .seconds(172_800), "2d"), ("0s", .zero, "0s"), ("0ms", .zero, "0s"),
      ("90s", .seconds(90), "90s"), ("60s", .seconds(60), "1m"), ("1500ms", .milliseconds(1_500), "1500ms"),
      ("0030s", .seconds(30), "30s"),
    ] as [(String, Duration, String)])
  func durations(text: String, expected: Duration, written: String) throws {
    #expect(try Duration(settingsScalar: text) == expected)
    #expect(expected.settingsText == written)
  }

  @Test(
    "A state lasts a number of rounds, or 100 ms to a day",
    arguments: [
      ("0", .rounds(0)), ("2", .rounds(2)), ("100ms", .lasting(.milliseconds(100))), ("1d", .lasting(.seconds(86_400))),
      ("99ms", nil), ("0s", nil), ("86401s", nil), ("99999d", nil), ("-1", nil), ("1001", nil),
    ] as [(String, Persistence?)])
  func persistence(text: String, expected: Persistence?) {
    #expect((try? Persistence(settingsScalar: text)) == expected)
  }

  @Test(
    "What is written as YAML is read back as the same string",
    arguments: [
      "", "a", "true", "null", "~", "12", "0x1f", "1.5", "-", "- a", "a: b", "a:", ":a", "[::]:19100", "a # b", "#",
      "é",
      "a, b", "\"", "\\", "\u{1B}[31m", "a\nb\t\r", "\u{202E}x", "\u{10FFFF}", "192.168.1.1:6443", "*a", "&a", "<<",
      "http://127.0.0.1:7400", "/etc/nodeagent", "5m", "@", "%x", "\u{85}", "\u{0}",
    ])
  func written(text: String) throws {
    let yaml = PlainText.yaml(text)
    #expect(try YAMLParser.document(Array("[\(yaml)]".utf8))?.sequence?.first?.string == text)
    #expect(!yaml.unicodeScalars.contains { $0.value < 0x20 })
  }

  @Test(
    "Common texts are written plain",
    arguments: ["a", "192.168.1.1:6443", "/etc/nodeagent", "5m", "http://127.0.0.1:7400", "control-plane"])
  func plain(text: String) {
    #expect(PlainText.yaml(text) == text)
  }

  @Test("Shown texts are short and harmless")
  func shown() {
    #expect(PlainText.short("abcdef", length: 5) == "abcde…")
    #expect(PlainText.short("abcde", length: 5) == "abcde")
    #expect(PlainText.short("a\u{1B}]0;x\u{7}\n") == "a\\x1b]0;x\\x07\\n")
    #expect(PlainText.short("\u{202E}é🦆") == "\\u202eé🦆")
  }

  @Test("An enumeration that describes itself is written by its raw value")
  func describedEnumeration() {
    enum Mode: String, CaseIterable, SettingsScalar, CustomStringConvertible {
      case fast
      var description: String { "very fast" }
    }
    #expect(Mode.fast.settingsText == "fast")
  }
}

@Suite("Near names")
struct NearNamesTests {
  static let names = ["swap.policy", "swap.zram", "selinux.mode", "selinux.config", "nfs", "cni", "dns", "raid"]

  @Test(
    "A mistyped name finds the near ones",
    arguments: [
      ("swap.polcy", ["swap.policy"]), ("swap.policies", []), ("swap.poilcy", ["swap.policy"]),
      ("SWAP.POLICY", ["swap.policy"]),
      ("swap", ["swap.policy", "swap.zram"]), ("selinux", ["selinux.config", "selinux.mode"]),
      ("selinux.mode.x", ["selinux.mode"]), ("nsf", ["nfs"]), ("dn", ["dns"]), ("cns", ["cni", "dns"]),
      ("radi", ["raid"]), ("zzz", []), ("", []), ("s", []), ("raid", ["raid"]),
    ])
  func near(name: String, expected: [String]) {
    #expect(NearNames.near(name, in: Self.names) == expected)
    #expect(NearNames.near(name, in: Self.names.reversed()) == expected)
  }

  @Test("At most three are named, the nearest first")
  func three() {
    let names = ["limit4", "limits", "limit", "limit1x", "limit2"]
    #expect(NearNames.near("limit", in: names) == ["limit", "limit2", "limit4"])
  }

  @Test("A very long name costs nothing and finds nothing")
  func longName() {
    #expect(NearNames.near(String(repeating: "x", count: 1_000_000), in: Self.names) == [])
  }
}
