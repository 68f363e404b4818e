import Testing

@testable import AgentText

@Suite("Effective settings tell their origin")
struct EffectiveSettingTests {
  private struct Detecting: SettingsSection {
    var port: Int
    var mode: String?
    var names: [String]
    var server: String?

    init(from reader: SettingsReader) {
      port = reader.value("port", detected: (6443, "/etc/port"), default: 1, in: 1...65_535)
      mode = reader.optional("mode", detected: ("fast", "/etc/mode"))
      names = reader.list("names", detected: (["a"], "/etc/names"), default: ["z"])
      server = reader.required("server", detected: ("s", "/etc/server"))
    }
  }

  private func effective<T: SettingsSection>(_ text: String, _ type: T.Type) throws -> (T, [String]) {
    let diagnostics = SettingsDiagnostics()
    let node = try Settings.load(text: Array(text.utf8), file: "f.yaml")
    let value: T = node.decode(type, into: diagnostics)
    let lines = diagnostics.effective.map { setting in
      let origin =
        switch setting.origin {
        case .default: "default"
        case .detected(let file): "detected \(file)"
        case .configured(let file, let line): "\(file):\(line)"
        }
      return "\(setting.path)=\(setting.value) \(origin)"
    }
    return (value, lines)
  }

  @Test("Defaults are recorded as defaults")
  func defaults() throws {
    #expect(
      try effective("", SampleSettings.self).1 == [
        "name=node default", "enabled=true default", "retries=3 default", "ratio=0.5 default", "hold=30s default",
        "expect=none default", "role=[auto] default", "listen=[] default", "disk.limit=90 default",
        "values.net.a=1 default",
      ])
  }

  @Test("Configured values are recorded with the line of their key")
  func configured() throws {
    let text = "name: 'true'\nrole:\n  - worker\nservers:\n- {address: \"a b\", port: 0x10}\nvalues: {b: 2}\n"
    let lines = try effective(text, SampleSettings.self).1
    for line in [
      "name=\"true\" f.yaml:1", "role=[worker] f.yaml:2", "servers[0].address=\"a b\" f.yaml:5",
      "servers[0].port=16 f.yaml:5", "values.b=2 f.yaml:6", "enabled=true default",
    ] {
      #expect(lines.contains(line))
    }
    #expect(!lines.contains { $0.hasPrefix("values.net.a") })
  }

  @Test("Detected values stand between the configured and the default")
  func detected() throws {
    let (found, lines) = try effective("", Detecting.self)
    #expect(found.port == 6443 && found.mode == "fast" && found.names == ["a"] && found.server == "s")
    #expect(
      lines == [
        "port=6443 detected /etc/port", "mode=fast detected /etc/mode", "names=[a] detected /etc/names",
        "server=s detected /etc/server",
      ])
    let (written, _) = try effective("port: 5\nmode: slow\nnames: []\nserver: t\n", Detecting.self)
    #expect(written.port == 5 && written.mode == "slow" && written.names == [] && written.server == "t")
  }

  @Test("What is wrong is not recorded")
  func wrong() throws {
    let lines = try effective("port: 0\nnames: [1]\n", Detecting.self).1
    #expect(lines == ["mode=fast detected /etc/mode", "server=s detected /etc/server"])
  }
}
