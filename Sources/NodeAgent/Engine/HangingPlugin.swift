import AgentCore

/// A plugin whose looks never end, not even when they are cancelled; for tests of what watches over plugins.
struct HangingPlugin: Plugin {
  struct Observation: Sendable, Equatable {}

  private let plugin: any Plugin

  /// - Parameter plugin: when to look.
  init(triggersOf plugin: any Plugin) { self.plugin = plugin }

  func triggers() -> AsyncStream<Trigger> { plugin.triggers() }

  func observe(at time: HostTime) async throws -> Observation {
    await withUnsafeContinuation { (_: UnsafeContinuation<Observation, Never>) in }
  }

  func judge(_ observation: Observation) -> [Verdict] { [] }

  func metrics(_ observation: Observation) -> [MetricFamily] { [] }
}
