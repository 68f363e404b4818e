import AgentHost
import NIOCore
import NIOHTTP1

/// Answers the requests of one connection in their order, one at a time, and decides when it ends.
final class HTTPRequestHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  /// A complete request, or the status that tells why there is none.
  private enum Exchange {
    case request(HTTPRequestHead)
    case failure(HTTPResponseStatus)
  }

  private let connection: HTTPConnection
  private let table: HTTPConnectionTable
  private let routes: HTTPRoutes
  private let limits: HTTPLimits
  private var head: HTTPRequestHead?
  private var bodySize = 0
  private var waiting = CircularBuffer<Exchange>()
  /// No further request is taken: the connection ends with the answers that wait.
  private var isLast = false
  private var isInputClosed = false
  private var isAnswering = false

  /// Makes the handler of one connection.
  init(_ connection: HTTPConnection, in table: HTTPConnectionTable, routes: HTTPRoutes, limits: HTTPLimits) {
    self.connection = connection
    self.table = table
    self.routes = routes
    self.limits = limits
  }

  func channelActive(context: ChannelHandlerContext) {
    if connection.isRefused { take(.failure(.serviceUnavailable), isLast: true, context) }
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isLast else { return }
    switch unwrapInboundIn(data) {
    case .head(let head): begin(head, context)
    case .body(let bytes):
      bodySize += bytes.readableBytes
      if bodySize > limits.bodySize, let head { takeOversized(head, context) }
    case .end:
      if let head { take(.request(head), isLast: !head.isKeepAlive, context) }
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed? = event as? ChannelEvent {
      isInputClosed = true
      isLast = true
      if connection.phase != .answering { connection.close() }
    }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard !isLast else { return }
    switch error as? HTTPParserError {
    case nil: connection.close()
    case .headerOverflow: take(.failure(.requestHeaderFieldsTooLarge), isLast: true, context)
    default: take(.failure(.badRequest), isLast: true, context)
    }
  }
}

extension HTTPRequestHandler {
  private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    bodySize = 0
    if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > limits.bodySize {
      takeOversized(head, context)
    } else if head.version != .http1_0, head.headers["host"].count != 1 {
      take(.failure(.badRequest), isLast: true, context)
    } else if head.method == .CONNECT || head.headers.contains(name: "upgrade") || head.headers.contains(name: "expect")
    {
      // After these the parser reads no further request (upgrade), or the client waits before it sends the body.
      take(.request(head), isLast: true, context)
    } else {
      self.head = head
    }
  }

  private func takeOversized(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    take(isServed(head.method) ? .failure(.payloadTooLarge) : .request(head), isLast: true, context)
  }

  private func take(_ exchange: Exchange, isLast: Bool, _ context: ChannelHandlerContext) {
    head = nil
    self.isLast = isLast || waiting.count >= limits.pipelinedRequests
    waiting.append(exchange)
    if case .request = exchange { table.noteRequest(of: connection) }
    answerAll(context)
  }

  /// Answers what waits until an answer has to wait for the client; `finish` goes on from there.
  private func answerAll(_ context: ChannelHandlerContext) {
    // An answer may be out before its write returns: this loop, not a nested one, takes the next.
    guard !isAnswering else { return }
    isAnswering = true
    while connection.phase != .answering, let exchange = waiting.popFirst() { answer(exchange, context) }
    isAnswering = false
    guard connection.phase != .answering, isLast else { return }
    if isInputClosed { connection.close() } else { connection.linger() }
  }

  private func answer(_ exchange: Exchange, _ context: ChannelHandlerContext) {
    connection.enter(.answering)
    switch exchange {
    case .request(let head): write(response(to: head), to: head, context)
    case .failure(let status): write(.text(status: Int(status.code), status.reasonPhrase), to: nil, context)
    }
  }

  private func response(to head: HTTPRequestHead) -> HTTPResponse {
    guard isServed(head.method) else {
      return .text(
        status: 405, "only GET and HEAD are served", fields: [HTTPResponse.Field(name: "Allow", value: "GET, HEAD")])
    }
    return routes.answer(to: HTTPRequestInfo(head, isLoopback: connection.isLoopback))
  }

  private func isServed(_ method: HTTPMethod) -> Bool {
    method == .GET || method == .HEAD
  }

  private func write(_ response: HTTPResponse, to request: HTTPRequestHead?, _ context: ChannelHandlerContext) {
    let isOld = request?.version == .http1_0
    var headers = HTTPHeaders(response.fields.map { ($0.name, $0.value) })
    headers.add(name: "Content-Type", value: response.contentType)
    headers.add(name: "Content-Length", value: String(response.body.count))
    if isLast, waiting.isEmpty {
      headers.add(name: "Connection", value: "close")
    } else if isOld {
      headers.add(name: "Connection", value: "keep-alive")
    }
    let head = HTTPResponseHead(
      version: isOld ? .http1_0 : .http1_1, status: HTTPResponseStatus(statusCode: response.status), headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if request?.method != .HEAD {
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: response.body)))), promise: nil)
    }
    let end = context.eventLoop.makePromise(of: Void.self)
    end.futureResult.assumeIsolated().whenComplete { [self] in finish($0, context) }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: end)
  }

  private func finish(_ result: Result<Void, any Error>, _ context: ChannelHandlerContext) {
    guard case .success = result else { return connection.close() }
    connection.enter(.idle)
    answerAll(context)
  }
}
