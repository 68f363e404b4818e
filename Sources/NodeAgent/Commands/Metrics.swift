import AgentCore
import AgentHost
import ArgumentParser

/// `nodeagent metrics`
struct Metrics: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Looks at everything once and prints the metrics.",
    discussion: """
      In the Prometheus text format, without timestamps, and without the process_ metrics of the agent itself:
      fit for node_exporter's textfile collector.
      """)

  @OptionGroup var observing: ObservingOptions

  func run() throws {
    let observing = observing
    try CommandRunner.run { loop in
      let session = try await SessionBuilder(options: observing, loop: loop, isLasting: false).build()
      await session.engine.observeOnce(timeout: observing.timeout.map { .seconds($0) })
      StandardStreams.output(PrometheusText.render(session.metricsToFile()))
      return 0
    }
  }
}
