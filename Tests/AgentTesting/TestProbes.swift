package import AgentHost

/// One thread for the probes of all tests.
package let testNetwork = NetworkLoop()

/// The probes of a live tree.
package func liveProbes(_ root: String = "/", forbidden: [String] = []) throws -> LiveHTTPProbes {
  let files = HostFiles(root: try HostRoot(root, mode: .live), forbidden: forbidden)
  return LiveHTTPProbes(files: files, worker: try Worker(), network: testNetwork)
}

/// A deadline that a test waits for.
package let short = Duration.milliseconds(100)

extension HTTPProbeResult.Outcome {
  package var answer: HTTPProbeAnswer? { if case .answered(let answer) = self { answer } else { nil } }
  package var failure: HTTPProbeFailure? { if case .failed(let failure) = self { failure } else { nil } }
}

extension HTTPProbeAnswer {
  package var text: String { String(decoding: body, as: UTF8.self) }
}
