import AgentCore

/// A plugin that was made for this host, with what the configuration says of its rounds and checks.
struct ActivePlugin: Sendable {
  var descriptor: PluginDescriptor
  var plugin: any Plugin
  var interval: Duration
  var deadline: Duration
  /// The checks that are wanted, in the order of reports.
  var checks: [CheckDefinition]
  /// Checks that the configuration switched off, with the place where it says so.
  var switchedOff: [CheckID: String]
  /// What the configuration said when the plugin was made: plugins that were made of the same are the same.
  var basis: [String] = []

  var name: String { descriptor.name }
  var timings: [CheckID: CheckTiming] {
    Dictionary(checks.map { ($0.id, $0.timing) }, uniquingKeysWith: { first, _ in first })
  }

  /// The verdicts of a round, limited to the wanted checks.
  func selected(_ verdicts: [Verdict]) -> [Verdict] {
    let wanted = Set(checks.map(\.id))
    return verdicts.filter { wanted.contains($0.check) && switchedOff[$0.check] == nil } + skippedByConfiguration
  }

  /// Every wanted check as unknown: on the subjects that it had, else on the node.
  func unknown(because reason: String, previous: [Verdict]) -> [Verdict] {
    checks.filter { switchedOff[$0.id] == nil }.flatMap { check in
      let subjects = previous.filter { $0.check == check.id && $0.state != .skipped }.map(\.subject)
      return (subjects.isEmpty ? [""] : subjects).map { Verdict(check.id, subject: $0, .unknown, reason) }
    } + skippedByConfiguration
  }

  /// The checks that are switched off.
  var skippedByConfiguration: [Verdict] {
    checks.compactMap { check in
      switchedOff[check.id].map { Verdict(check.id, .skipped, "switched off in \($0)") }
    }
  }
}

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
