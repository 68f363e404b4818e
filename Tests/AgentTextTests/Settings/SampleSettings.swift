import AgentCore
import AgentText

/// Settings of every shape, for the tests of the reader.
struct SampleSettings: SettingsSection {
  enum Expectation: String, CaseIterable, SettingsScalar {
    case none, configured, any
  }

  enum Role: String, CaseIterable, SettingsScalar {
    case auto
    case controlPlane = "control-plane"
    case worker
  }

  var name: String
  var enabled: Bool
  var retries: Int
  var ratio: Double
  var hold: Duration
  var expect: Expectation
  var roles: [Role]
  var listen: [String]
  var extra: String?
  var disk: SampleDisk
  var ingress: SampleServer?
  var servers: [SampleServer]
  var values: [String: Int]
  var checks: [String: SettingsNode]

  init(from reader: SettingsReader) {
    name = reader.value("name", default: "node")
    enabled = reader.value("enabled", default: true)
    retries = reader.value("retries", default: 3, in: 1...10)
    ratio = reader.value("ratio", default: 0.5)
    hold = reader.value("hold", default: .seconds(30), in: .seconds(1) ... .seconds(3600))
    expect = reader.value("expect", default: .none)
    roles = reader.list("role", default: [.auto], oneOrMany: true)
    listen = reader.list("listen")
    extra = reader.optional("extra")
    disk = reader.section("disk")
    ingress = reader.nested("ingress")
    servers = reader.sections("servers")
    values = reader.values("values", default: ["net.a": 1])
    checks = reader.map("checks")
  }
}

/// A section whose every key has a default.
struct SampleDisk: SettingsSection {
  var limit: Int

  init(from reader: SettingsReader) {
    limit = reader.value("limit", default: 90)
  }
}

/// A mapping with required keys.
struct SampleServer: SettingsDecodable {
  var address: String
  var port: Int

  init?(from reader: SettingsReader) {
    let address = reader.required("address", as: String.self)
    let port = reader.required("port", as: Int.self)
    guard let address, let port else { return nil }
    self.address = address
    self.port = port
  }
}
