import CLinux
import NIOCore

/// The helper's end of a connection: takes one line, has it answered, and bounds the time of both.
final class HelperConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// `struct ucred` of unix(7).
  private struct Peer: Sendable {
    var pid: Int32 = 0
    var uid: UInt32 = 0
    var gid: UInt32 = 0
  }

  private let connections: HelperConnections
  private let answer: (_ line: [UInt8], _ channel: any Channel) -> Void
  private var received: [UInt8] = []
  private var isAsked = false
  private var timer: Scheduled<Void>?

  /// - Parameter answer: writes the answer and closes the channel.
  init(_ connections: HelperConnections, answer: @escaping (_ line: [UInt8], _ channel: any Channel) -> Void) {
    self.connections = connections
    self.answer = answer
  }

  func channelActive(context: ChannelHandlerContext) {
    close(after: HelperProtocol.questionTime, context)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isAsked else { return }
    received += unwrapInboundIn(data).readableBytesView
    if let end = received.firstIndex(of: UInt8(ascii: "\n")), end < HelperProtocol.questionLimit {
      take(Array(received[..<end]), context)
    } else if received.count >= HelperProtocol.questionLimit {
      isAsked = true
      reply(HelperProtocol.error("a question is at most \(HelperProtocol.questionLimit) bytes"), context)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    // The client sends no more: without a whole line there is nothing to answer.
    if case ChannelEvent.inputClosed? = event as? ChannelEvent, !isAsked { context.close(promise: nil) }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  func channelInactive(context: ChannelHandlerContext) { timer?.cancel() }

  private func take(_ line: [UInt8], _ context: ChannelHandlerContext) {
    isAsked = true
    connections.asked(context.channel)
    received = []
    close(after: HelperProtocol.answerTime, context)
    log(context)
    answer(line, context.channel)
  }

  private func reply(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
    close(after: HelperProtocol.answerTime, context)
    let channel = context.channel
    channel.writeAndFlush(ByteBuffer(bytes: bytes)).whenComplete { _ in channel.close(promise: nil) }
  }

  private func close(after time: Duration, _ context: ChannelHandlerContext) {
    timer?.cancel()
    let channel = context.channel
    timer = context.eventLoop.scheduleTask(in: TimeAmount(time)) { channel.close(promise: nil) }
  }

  /// Who asks: the socket's mode decides who may, the log tells who did (SO_PEERCRED, unix(7)).
  private func log(_ context: ChannelHandlerContext) {
    guard let socket = context.channel as? any SocketOptionProvider else { return }
    let name = NIOBSDSocket.Option(rawValue: CInt(SO_PEERCRED))
    let peer: EventLoopFuture<Peer> = socket.unsafeGetSocketOption(level: .socket, name: name)
    peer.assumeIsolated().whenSuccess { [connections] peer in
      guard connections.isNew(peer.uid) else { return }
      StandardStreams.error("answers user \(peer.uid) (process \(peer.pid))")
    }
  }
}
