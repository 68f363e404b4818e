package import AgentCore
import AgentHost
package import AgentKnowledge
import AgentText

/// A server on loopback with a health page, asked only where its process runs: one plugin for each ``HealthPage``.
package struct HealthPagePlugin: Plugin {
  /// Whether the server runs and what it answered.
  package struct Observation: Sendable, Equatable {
    /// When it was looked for.
    package var takenAt: HostTime
    var answer: Answer

    enum Answer: Sendable, Equatable {
      case absent(String)
      case unseen(String)
      case asked(HealthAnswer)
    }
  }

  private let page: HealthPage
  private let host: Host

  /// Watches a host.
  package init(_ page: HealthPage, host: Host) {
    self.page = page
    self.host = host
  }

  /// The interval is enough for a health page.
  package func triggers() -> AsyncStream<Trigger> { .ended }

  /// Looks for the process and asks its page.
  package func observe(at time: HostTime) async throws -> Observation {
    do throws(FileError) {
      guard try await host.processes().get().first(named: page.process) != nil else {
        return Observation(takenAt: time, answer: .absent(page.absence))
      }
    } catch {
      return Observation(takenAt: time, answer: .unseen("\(error)"))
    }
    let answer = await host.health(.tcp(IPAddress(loopback: .v4), page.port), path: page.path)
    return Observation(takenAt: time, answer: .asked(answer))
  }

  /// One verdict.
  package func judge(_ observation: Observation) -> [Verdict] {
    let check = page.check.id
    switch observation.answer {
    case .absent(let reason): return [Verdict(check, .skipped, reason)]
    case .unseen(let reason): return [Verdict(check, .unknown, reason)]
    case .asked(let answer):
      switch answer.meaning {
      case .healthy:
        return [
          Verdict(
            check, .ok, "\(page.name) answers that it is healthy",
            evidence: [Evidence("\(answer.target)\(answer.path)", "200")])
        ]
      case .unhealthy(let words): return [Verdict(check, .failing, "\(page.name) \(words)")]
      case .unseen(let reason): return [Verdict(check, .unknown, reason)]
      }
    }
  }

  /// Whether it answers, and how fast.
  package func metrics(_ observation: Observation) -> [MetricFamily] {
    guard case .asked(let answer) = observation.answer else { return EndpointMeasure.families([]) }
    return EndpointMeasure.families(answer.measure(endpoint: page.endpoint).map { [$0] } ?? [])
  }
}
