import NIOCore
import NIOHTTP1

/// Asks the servers of a live host.
struct HTTPProbeClient: Sendable {
  let files: HostFiles
  let worker: Worker
  let network: NetworkLoop

  func get(_ request: HTTPProbeRequest) async -> HTTPProbeResult {
    do {
      let address = try await ProbeAddress(of: request.target, files: files, worker: worker)
      return await address.use { await exchange(request).run(with: $0) }
    } catch {
      let reason = (error as? FileError).map { ProbeFailureReason($0) } ?? .other("\(error)")
      return HTTPProbeResult(.failed(HTTPProbeFailure(.connect, reason)))
    }
  }

  private func exchange(_ request: HTTPProbeRequest) -> Exchange<HTTPProbeResult> {
    let start = NIODeadline.now()
    let deadline = request.deadlines.connect
    return Exchange(
      eventLoop: network.eventLoop, connectDeadline: deadline,
      failed: { error in
        let reason = ProbeFailureReason(connecting: error, within: deadline)
        return HTTPProbeResult(
          .failed(HTTPProbeFailure(.connect, reason)),
          times: HTTPProbeResult.Times(total: Duration(NIODeadline.now() - start)))
      },
      cancelled: HTTPProbeResult(.failed(HTTPProbeFailure(.connect, .cancelled))),
      setUp: { channel, decision in
        try channel.pipeline.syncOperations.addHandlers([
          HTTPRequestEncoder(), ByteToMessageHandler(HTTPResponseDecoder(limitConfiguration: Self.limits)),
          HTTPProbeHandler(request, since: start, decision: decision),
        ])
      })
  }

  private static var limits: NIOHTTPDecoderLimitConfiguration {
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = HTTPProbeHandler.headLimit
    limits.maxHeaderListSize = HTTPProbeHandler.headLimit
    limits.maxHeaderFieldCount = HTTPProbeHandler.headLimit
    return limits
  }
}
