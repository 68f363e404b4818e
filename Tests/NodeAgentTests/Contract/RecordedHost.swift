@testable import AgentHost
import AgentCore
import AgentTesting
import ArgumentParser
import Foundation
import Testing

@testable import NodeAgent

/// The recorded hosts, and one look at them through the whole agent.
struct RecordedHost: CustomTestStringConvertible, Sendable {
  /// Every folder in Tests/Fixtures/Hosts.
  static let all: [RecordedHost] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { !$0.hasSuffix(".md") }.sorted().map(RecordedHost.init)
  }()

  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/Hosts").path

  let name: String
  var path: String { Self.folder + "/" + name }
  var testDescription: String { name }

  /// What one look at a tree gave, in every form in which it leaves the agent.
  struct Look: Sendable {
    var report: Report
    var metrics: [MetricFamily]
    var text: String
    var json: String
    var exposition: String
  }

  func look() async throws -> Look { try await Self.look(at: path) }

  static func look(at path: String) async throws -> Look {
    try await withLoop { loop in
      let configuration = path + "/etc/nodeagent/nodeagent.yaml"
      let options = try ObservingOptions.parse(
        ["--root", path] + (FileManager.default.fileExists(atPath: configuration) ? ["--config", configuration] : []))
      let session = try await SessionBuilder(options: options, loop: loop, isLasting: false).build()
      let start = session.clock.now()
      await session.engine.observeOnce(timeout: nil)
      let report = session.report(since: start)
      let metrics = session.metrics().filter { $0.name.description.hasPrefix("nodeagent_") }
      return Look(
        report: report, metrics: session.metrics(),
        text: TextReport.render(report, style: TextReport.Style(width: 80, color: false, verbose: true)),
        json: String(decoding: try JSONReport(report).encoded(), as: UTF8.self),
        exposition: String(decoding: PrometheusText.render(metrics), as: UTF8.self))
    }
  }
}
