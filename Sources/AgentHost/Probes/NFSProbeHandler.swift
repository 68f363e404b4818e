import NIOCore

/// Asks one NULL call on a connection and decides what came of it.
final class NFSProbeHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let call: RPCNullCall
  private let start: NIODeadline
  private let deadline: Duration
  private let decision: EventLoopPromise<NFSAnswer>
  private var assembler = RPCRecordAssembler()
  private var hasBytes = false
  private var timer: Scheduled<Void>?

  /// - Parameters:
  ///   - start: when the probe began.
  ///   - deadline: how long after that there must be a reply.
  init(_ call: RPCNullCall, since start: NIODeadline, deadline: Duration, decision: EventLoopPromise<NFSAnswer>) {
    self.call = call
    self.start = start
    self.deadline = deadline
    self.decision = decision
  }

  func channelActive(context: ChannelHandlerContext) {
    timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: start + TimeAmount(deadline)) { [self] in
      fail(.noAnswer(within: deadline))
    }
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: call.record)), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data)
    hasBytes = hasBytes || bytes.readableBytes > 0
    switch assembler.take(bytes.readableBytesView) {
    case .incomplete: break
    case .tooLong: fail(.other("what answers is no RPC"))
    case .record(let record): take(RPCReply(record, to: call))
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(end) }

  func channelInactive(context: ChannelHandlerContext) { fail(end) }

  private var end: ProbeFailureReason { hasBytes ? .incomplete : .closed }

  private func take(_ reply: RPCReply) {
    switch reply {
    case .success: decide(.serves(after: Duration(NIODeadline.now() - start)))
    case .noProgram: decide(.refuses("it does not serve NFS"))
    case .otherVersions(let low, let high): decide(.otherVersions(low: low, high: high))
    case .refused(let words): decide(.refuses(words))
    case .foreign: fail(.other("it answers another call"))
    case .garbage: fail(.other("what answers is no RPC"))
    }
  }

  private func fail(_ reason: ProbeFailureReason) { decide(.failed(NFSProbeFailure(.reply, reason))) }

  private func decide(_ answer: NFSAnswer) {
    timer?.cancel()
    timer = nil
    decision.succeed(answer)
  }
}
