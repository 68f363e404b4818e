import NIOCore

/// Watches the bytes before they are parsed: times a request's beginning, holds reading back, discards what is late.
final class HTTPInputHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = IOData
  typealias OutboundOut = IOData

  private let connection: HTTPConnection
  private let limits: HTTPLimits
  private var discarded = 0

  /// Makes the handler of one connection.
  init(_ connection: HTTPConnection, limits: HTTPLimits) {
    self.connection = connection
    self.limits = limits
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if connection.phase == .lingering { return discard(unwrapInboundIn(data).readableBytes) }
    if connection.phase == .idle { connection.enter(.receiving) }
    context.fireChannelRead(data)
  }

  /// While an answer is under way nothing is read: a client that does not take answers cannot pile up requests.
  func read(context: ChannelHandlerContext) {
    if connection.admitsRead() { context.read() }
  }

  private func discard(_ count: Int) {
    discarded += count
    if discarded > limits.bodySize { connection.close() }
  }
}
