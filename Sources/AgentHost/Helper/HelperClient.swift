import NIOCore

/// Asks the helper of the host.
package struct HelperClient: Sendable {
  private let network: NetworkLoop
  private let files: HostFiles
  private let worker: Worker

  /// Nothing is connected until something is asked.
  package init(network: NetworkLoop, files: HostFiles, worker: Worker) {
    self.network = network
    self.files = files
    self.worker = worker
  }

  /// The facts of a request, by its name on the wire.
  ///
  /// - Parameter about: what is asked about where there is a choice.
  package func facts<Facts: Codable & Sendable>(
    _ request: String, about: String?, as _: Facts.Type = Facts.self
  ) async throws(HelperFailure) -> Facts {
    // A recorded host has no helper that runs.
    guard files.root.mode == .live else { throw .missing }
    let question = HelperProtocol.line(HelperProtocol.Question(request: request, about: about))
    let line = try await exchange(question).get()
    guard let answer = HelperProtocol.read(line, as: HelperProtocol.Answer<Facts>.self),
      answer.version == HelperProtocol.version
    else { throw .malformed }
    guard let facts = answer.facts else { throw .refused(answer.error ?? "no reason given") }
    return facts
  }

  private func exchange(_ question: [UInt8]) async -> Result<[UInt8], HelperFailure> {
    let exchange = Exchange<Result<[UInt8], HelperFailure>>(
      eventLoop: network.eventLoop, connectDeadline: HelperProtocol.questionTime,
      failed: { .failure(HelperFailure(ProbeFailureReason(connecting: $0, within: HelperProtocol.questionTime))) },
      cancelled: .failure(.silent(.cancelled)),
      setUp: { try $0.pipeline.syncOperations.addHandler(HelperQuestionHandler(question, decision: $1)) })
    do {
      let target = ProbeTarget.unix(HelperProtocol.socket)
      let address = try await ProbeAddress(of: target, files: files, worker: worker)
      return await address.use { await exchange.run(with: $0) }
    } catch {
      let reason = (error as? FileError).map { ProbeFailureReason($0) } ?? .other("\(error)")
      return .failure(HelperFailure(reason))
    }
  }
}
