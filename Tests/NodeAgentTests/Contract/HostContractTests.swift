import AgentCore
import AgentPlugins
import AgentTesting
import Testing

@testable import NodeAgent

/// What every plugin promises on every recorded host.
@Suite struct HostContractTests {
  @Test func theHostsAreThere() {
    #expect(Set(RecordedHost.all.map(\.name)).isSuperset(of: ["empty", "forbidden", "master-a"]))
  }

  @Test(arguments: RecordedHost.all) func everyCheckSaysSomethingOnceAndNoWorseThanItMay(_ host: RecordedHost)
    async throws
  {
    let verdicts = try await host.look().report.verdicts
    #expect(Set(verdicts.map(\.verdict.check)) == Set(PluginRegistry.all.flatMap { $0.descriptor.checks.map(\.id) }))
    #expect(Set(verdicts.map(\.verdict.key)).count == verdicts.count)
    for verdict in verdicts {
      #expect(verdict.state != .failing || verdict.definition.worst == .failing, "\(verdict.verdict.key)")
      #expect(!verdict.verdict.summary.isEmpty && !verdict.verdict.summary.contains("\n"), "\(verdict.verdict.key)")
    }
  }

  @Test(arguments: RecordedHost.all) func noSecretLeavesTheAgent(_ host: RecordedHost) async throws {
    let look = try await host.look()
    for output in [look.text, look.json, look.exposition] { #expect(!output.contains("SECRETWORD")) }
  }

  @Test(arguments: RecordedHost.all) func metricsKeepTheirNames(_ host: RecordedHost) async throws {
    let look = try await host.look()
    let families = look.metrics
    for family in families {
      #expect(family.name.description.hasPrefix("nodeagent_") || family.name.description.hasPrefix("process_"))
      #expect(Set(family.samples.map(\.labels)).count == family.samples.count, "\(family.name)")
    }
    let heads = look.exposition.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
    #expect(Set(heads).count == heads.count)
  }

  @Test func theHealthyMasterIsWell() async throws {
    let host = try #require(RecordedHost.all.first { $0.name == "master-a" })
    let findings = try await host.look().report.verdicts.filter(\.state.isFinding)
    #expect(findings.map(\.verdict) == [])
  }

  @Test func anEmptyHostShowsNothingAsHealthyOrBroken() async throws {
    let tree = try TemporaryTree()
    let look = try await RecordedHost.look(at: tree.path)
    #expect(look.report.verdicts.allSatisfy { $0.state == .skipped || $0.state == .unknown })
    #expect(look.report.impact.planes.values.allSatisfy { $0 == .unknown })
  }

  @Test func aForbiddenHostIsNeverHealthy() async throws {
    let host = try #require(RecordedHost.all.first { $0.name == "forbidden" })
    let verdicts = try await host.look().report.verdicts
    #expect(!verdicts.contains { $0.state == .ok })
    #expect(verdicts.contains { $0.state == .unknown })
  }
}
