import NIOCore

/// A connection's phase and the one timer that ends each phase; belongs to the server's event loop.
final class HTTPConnection {
  /// What the connection waits for; every phase but for the work of this thread has its time.
  enum Phase {
    /// The end of a request.
    case receiving
    /// The first byte of a further request.
    case idle
    /// The client's taking the answer.
    case answering
    /// The client's closing after the last answer.
    case lingering
  }

  /// The connection itself.
  let channel: any Channel
  /// Whether the client is on this host.
  let isLoopback: Bool
  /// Whether the connection only lives to be told that the server is full.
  let isRefused: Bool
  /// The present phase.
  private(set) var phase = Phase.receiving
  private let limits: HTTPLimits
  private var timer: Scheduled<Void>?
  private var isReadWanted = false
  private var isClosed = false

  /// Takes a new connection, whose first request's time begins.
  init(_ channel: any Channel, isRefused: Bool, limits: HTTPLimits) {
    self.channel = channel
    self.isRefused = isRefused
    self.limits = limits
    isLoopback = Self.isLoopback(channel.remoteAddress)
    enter(.receiving)
  }

  /// Begins a phase: its time runs, and bytes are read unless an answer is under way.
  func enter(_ next: Phase) {
    phase = next
    timer?.cancel()
    guard !isClosed else { return }
    timer = channel.eventLoop.assumeIsolated().scheduleTask(in: time(for: next)) { [self] in close() }
    if isReadWanted, next != .answering {
      isReadWanted = false
      channel.read()
    }
  }

  /// Whether the socket may be read now; if not, it will be once the answer is out.
  func admitsRead() -> Bool {
    isReadWanted = phase == .answering
    return !isReadWanted
  }

  /// Ends the sending side, so that the client sees the end of the answer and nothing tears it down half-read.
  ///
  /// Closing a socket that has unread bytes resets the connection, and the client loses the answer (RFC 9112, 9.6).
  func linger() {
    enter(.lingering)
    channel.close(mode: .output, promise: nil)
  }

  /// Closes the connection.
  func close() {
    channel.close(promise: nil)
  }

  /// Stops the timer for good: the connection is closed.
  func retire() {
    isClosed = true
    timer?.cancel()
    timer = nil
  }

  private func time(for phase: Phase) -> TimeAmount {
    switch phase {
    case .receiving: limits.requestTime
    case .idle: limits.idleTime
    case .answering: limits.answerTime
    case .lingering: limits.lingerTime
    }
  }

  /// 127.0.0.0/8 (RFC 1122, 3.2.1.3) also when it comes through a dual-stack socket, and ::1.
  private static func isLoopback(_ address: SocketAddress?) -> Bool {
    guard let text = address?.ipAddress else { return false }
    return text.hasPrefix("127.") || text.hasPrefix("::ffff:127.") || text == "::1"
  }
}
