import NIOCore

/// The agent's end of a connection to the helper: one line out, one line in.
final class HelperQuestionHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let question: [UInt8]
  private let decision: EventLoopPromise<Result<[UInt8], HelperFailure>>
  private var received: [UInt8] = []
  private var timer: Scheduled<Void>?

  init(_ question: [UInt8], decision: EventLoopPromise<Result<[UInt8], HelperFailure>>) {
    self.question = question
    self.decision = decision
  }

  func channelActive(context: ChannelHandlerContext) {
    let patience = HelperProtocol.patience
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(patience)) { [self] in
      decide(.failure(.silent(.noAnswer(within: patience))))
    }
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: question)), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    received += unwrapInboundIn(data).readableBytesView
    if let end = received.firstIndex(of: UInt8(ascii: "\n")), end < HelperProtocol.answerLimit {
      decide(.success(Array(received[..<end])))
    } else if received.count >= HelperProtocol.answerLimit {
      decide(.failure(.malformed))
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    decide(.failure(.silent(.closed)))
  }

  func channelInactive(context: ChannelHandlerContext) {
    decide(.failure(.silent(received.isEmpty ? .closed : .incomplete)))
  }

  private func decide(_ outcome: Result<[UInt8], HelperFailure>) {
    timer?.cancel()
    timer = nil
    decision.succeed(outcome)
  }
}
