import NIOCore
import NIOHTTP1

/// Asks one question on a connection, times the answer's parts and decides what came of them.
final class HTTPProbeHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  /// The largest head, in bytes.
  static let headLimit = 64 << 10

  private let request: HTTPProbeRequest
  private let decision: EventLoopPromise<HTTPProbeResult>
  private let start: NIODeadline
  private var phaseStart: NIODeadline
  private var phase = HTTPProbeFailure.Phase.connect
  private var times = HTTPProbeResult.Times()
  private var answer: HTTPProbeAnswer?
  private var timer: Scheduled<Void>?
  private var isDecided = false

  /// - Parameter start: when the probe began.
  init(_ request: HTTPProbeRequest, since start: NIODeadline, decision: EventLoopPromise<HTTPProbeResult>) {
    self.request = request
    self.decision = decision
    self.start = start
    phaseStart = start
  }

  func channelActive(context: ChannelHandlerContext) {
    times.connect = enter(.head, within: request.deadlines.head, context)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isDecided else { return }
    switch unwrapInboundIn(data) {
    case .head(let head):
      times.head = enter(.body, within: request.deadlines.body, context)
      let fields = head.headers.map { HTTPField(name: $0.name, value: $0.value) }
      answer = HTTPProbeAnswer(status: Int(head.status.code), fields: fields)
    case .body(let bytes): take(bytes)
    case .end: complete()
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    fail(ProbeFailureReason(receiving: error, end: end, headLimit: Self.headLimit))
  }

  func channelInactive(context: ChannelHandlerContext) { fail(end) }

  /// What it means when the server ends the connection now.
  private var end: ProbeFailureReason { phase == .body ? .incomplete : .closed }

  private var head: HTTPRequestHead {
    var headers = HTTPHeaders([
      ("Host", request.host ?? request.target.host), ("User-Agent", "nodeagent"), ("Accept", "*/*"),
      ("Connection", "close"),
    ])
    for field in request.fields { headers.replaceOrAdd(name: field.name, value: field.value) }
    return HTTPRequestHead(version: .http1_1, method: .GET, uri: request.path, headers: headers)
  }

  /// Begins a phase and its time; returns how long the one before took.
  private func enter(
    _ next: HTTPProbeFailure.Phase, within deadline: Duration, _ context: ChannelHandlerContext
  ) -> Duration {
    let now = NIODeadline.now()
    defer { phaseStart = now }
    phase = next
    timer?.cancel()
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(deadline)) { [self] in
      fail(.noAnswer(within: deadline))
    }
    return Duration(now - phaseStart)
  }

  private func take(_ bytes: ByteBuffer) {
    let room = request.bodyLimit - (answer?.body.count ?? 0)
    answer?.body += bytes.readableBytesView.prefix(room)
    guard bytes.readableBytes > room else { return }
    answer?.isTruncated = true
    complete()
  }

  private func complete() {
    guard let answer else { return fail(.notHTTP) }
    times.body = Duration(NIODeadline.now() - phaseStart)
    decide(.answered(answer))
  }

  private func fail(_ reason: ProbeFailureReason) {
    decide(.failed(HTTPProbeFailure(phase, reason)))
  }

  private func decide(_ outcome: HTTPProbeResult.Outcome) {
    guard !isDecided else { return }
    isDecided = true
    timer?.cancel()
    timer = nil
    times.total = Duration(NIODeadline.now() - start)
    decision.succeed(HTTPProbeResult(outcome, times: times))
  }
}
