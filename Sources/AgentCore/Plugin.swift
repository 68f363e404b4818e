/// One source of facts and the checks that judge them.
///
/// `observe` is the only place that touches the machine. `judge` and `metrics` are pure: no clock, no logger, no I/O.
package protocol Plugin: Sendable {
  /// The facts of one look: nothing judged, nothing secret.
  associatedtype Observation: Sendable, Equatable

  /// Reasons to look again before the interval is over.
  func triggers() -> AsyncStream<Trigger>

  /// Looks at the machine.
  ///
  /// - Throws: what kept it from looking; all its checks become unknown with that reason.
  func observe(at time: HostTime) async throws -> Observation

  /// Judges an observation: at least one verdict for every check of the plugin.
  func judge(_ observation: Observation) -> [Verdict]

  /// The numbers of an observation.
  func metrics(_ observation: Observation) -> [MetricFamily]

  /// The moves that an observation remembers, the newest first; none unless the plugin watches what moves.
  func history(_ observation: Observation) -> [Move]
}

/// What one look at the machine gave.
package struct RoundResult: Sendable, Equatable {
  /// The judgements.
  package var verdicts: [Verdict]
  /// The numbers.
  package var metrics: [MetricFamily]
  /// The moves that are remembered.
  package var moves: [Move]

  /// Makes a result.
  package init(verdicts: [Verdict], metrics: [MetricFamily], moves: [Move] = []) {
    self.verdicts = verdicts
    self.metrics = metrics
    self.moves = moves
  }
}

extension Plugin {
  /// Nothing is remembered.
  package func history(_ observation: Observation) -> [Move] { [] }

  /// Observes, judges and measures: all that the engine knows of a plugin.
  package func round(at time: HostTime) async throws -> RoundResult {
    let observation = try await observe(at: time)
    return RoundResult(
      verdicts: judge(observation), metrics: metrics(observation), moves: history(observation))
  }
}

/// A reason to look again. It carries nothing: after it, the source is read anew, so a lost one costs nothing.
package struct Trigger: Sendable, Hashable {
  /// Makes a trigger.
  package init() {}
}

extension AsyncStream<Trigger> {
  /// No triggers: it ends at once.
  package static var ended: AsyncStream { AsyncStream { $0.finish() } }
}
