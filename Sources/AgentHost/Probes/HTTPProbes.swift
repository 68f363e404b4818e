/// Asks servers by HTTP/1.1: those of the machine on a live host, the recording on a recorded one.
package struct HTTPProbes: Sendable {
  private enum Source: Sendable {
    case live(HTTPProbeClient)
    case recorded([RecordedHTTP])
  }

  private let files: HostFiles
  private let source: Source

  /// The host's root decides: nothing is asked of the network when it is recorded.
  ///
  /// - Parameters:
  ///   - worker: opens the files of unix sockets.
  ///   - network: connects; its thread is started by the first probe.
  ///   - recorded: the answers of a recorded host.
  package init(files: HostFiles, worker: Worker, network: NetworkLoop, recorded: [RecordedHTTP]) {
    self.files = files
    switch files.root.mode {
    case .live: source = .live(HTTPProbeClient(files: files, worker: worker, network: network))
    case .recorded: source = .recorded(recorded)
    }
  }

  /// Asks once, and waits for the answer or for the deadlines.
  ///
  /// It never throws: what went wrong is the result. Cancelling the task closes the connection.
  package func get(_ request: HTTPProbeRequest) async -> HTTPProbeResult {
    switch source {
    case .live(let client): await client.get(request)
    case .recorded(let answers): recorded(request, answers)
    }
  }

  private func recorded(_ request: HTTPProbeRequest, _ answers: [RecordedHTTP]) -> HTTPProbeResult {
    if case .unix(let path) = request.target, files.forbids(path) {
      return HTTPProbeResult(.failed(HTTPProbeFailure(.connect, .denied)))
    }
    return answers.first { $0.answers(request) }?.result(of: request) ?? HTTPProbeResult(.notRecorded)
  }
}
