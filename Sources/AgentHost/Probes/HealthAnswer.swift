import AgentText

/// What a health page answered, for checks that need no more of it than its status.
package struct HealthAnswer: Sendable, Equatable {
  /// Where it was asked.
  package var target: ProbeTarget
  /// The path.
  package var path: String
  /// What came of it.
  package var result: HTTPProbeResult

  /// Makes an answer.
  package init(target: ProbeTarget, path: String, result: HTTPProbeResult) {
    self.target = target
    self.path = path
    self.result = result
  }

  /// What it means.
  package enum Meaning: Sendable, Equatable {
    /// Status 200.
    case healthy
    /// Another status, or no complete answer, in words that go on after the server's name.
    case unhealthy(String)
    /// It was not recorded, or the agent may not ask.
    case unseen(String)
  }

  /// What it means.
  package var meaning: Meaning {
    switch result.outcome {
    case .notRecorded: return .unseen("the recording does not say what \(target) answers")
    case .failed(let failure) where failure.reason == .denied: return .unseen("\(target): \(failure)")
    case .failed(let failure): return .unhealthy("does not answer on \(target): \(failure)")
    case .answered(let answer) where answer.status == 200: return .healthy
    case .answered(let answer):
      let text = String(decoding: answer.body.prefix(200), as: UTF8.self).split(whereSeparator: \.isNewline).first
      let words = text.map { ": \(PlainText.short(String($0), length: 100))" } ?? ""
      return .unhealthy("answers \(answer.status) on \(target)\(path)\(words)")
    }
  }

  /// Its measure for the metrics; nil when it was not asked.
  package func measure(endpoint: String) -> EndpointMeasure? {
    if case .unseen = meaning { return nil }
    let isUp = meaning == .healthy
    return EndpointMeasure(
      endpoint: endpoint, target: "\(target)", isUp: isUp, latency: isUp ? result.times.total : nil)
  }
}
