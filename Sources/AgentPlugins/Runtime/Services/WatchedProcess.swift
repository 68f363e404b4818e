package import AgentCore
import AgentHost
import AgentKnowledge
import AgentText

/// A server on loopback that is asked only where its process runs.
package struct WatchedProcess: Sendable {
  /// Whether it runs and what it answered.
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

  let host: Host
  /// The process's name, at most 15 bytes.
  let name: String
  let port: PortNumber
  let path: String
  /// Why there is nothing to judge where no such process runs.
  let absence: String

  func observe(at time: HostTime) async -> Observation {
    do throws(FileError) {
      guard try await host.processes().get().first(named: name) != nil else {
        return Observation(takenAt: time, answer: .absent(absence))
      }
    } catch {
      return Observation(takenAt: time, answer: .unseen("\(error)"))
    }
    let answer = await host.health(.tcp(IPAddress(loopback: .v4), port), path: path)
    return Observation(takenAt: time, answer: .asked(answer))
  }
}

extension WatchedProcess.Observation {
  func verdict(_ check: CheckID, subject name: String) -> Verdict {
    switch answer {
    case .absent(let reason): return Verdict(check, .skipped, reason)
    case .unseen(let reason): return Verdict(check, .unknown, reason)
    case .asked(let answer):
      switch answer.meaning {
      case .healthy:
        return Verdict(
          check, .ok, "\(name) answers that it is healthy",
          evidence: [Evidence("\(answer.target)\(answer.path)", "200")])
      case .unhealthy(let words): return Verdict(check, .failing, "\(name) \(words)")
      case .unseen(let reason): return Verdict(check, .unknown, reason)
      }
    }
  }

  func metrics(endpoint: String) -> [MetricFamily] {
    guard case .asked(let answer) = answer else { return EndpointMeasure.families([]) }
    return EndpointMeasure.families(answer.measure(endpoint: endpoint).map { [$0] } ?? [])
  }
}
