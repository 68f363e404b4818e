import NIOCore

/// The helper's open connections and the time since the last; belongs to its event loop.
final class HelperConnections {
  /// The most at once: the agent asks one thing after the other.
  private static let most = 16

  private let eventLoop: any NIOCore.EventLoop
  private let idleTime: TimeAmount
  private let idle: EventLoopPromise<Void>
  private let empty: EventLoopPromise<Void>
  private var count = 0
  /// Those that have not asked yet, the oldest first.
  private var silent: [any Channel] = []
  private var isEnding = false
  private var timer: Scheduled<Void>?
  private var knownUsers: Set<UInt32> = []

  /// - Parameter idle: kept when there was no connection for `idleTime`.
  init(eventLoop: any NIOCore.EventLoop, idleTime: TimeAmount, idle: EventLoopPromise<Void>) {
    self.eventLoop = eventLoop
    self.idleTime = idleTime
    self.idle = idle
    empty = eventLoop.makePromise()
    startTimer()
  }

  /// Takes a connection in, until it is closed; false when as many as may be wait for their answers. One that has not
  /// asked anything gives its place to a new one: silence must not shut others out.
  func admit(_ channel: any Channel) -> Bool {
    if count >= Self.most {
      guard !silent.isEmpty else { return false }
      silent.removeFirst().close(promise: nil)
    }
    count += 1
    timer?.cancel()
    silent.append(channel)
    channel.closeFuture.assumeIsolated().whenComplete { [self] _ in
      asked(channel)
      leave()
    }
    return true
  }

  /// It has asked, or is gone.
  func asked(_ channel: any Channel) { silent.removeAll { $0 === channel } }

  /// When the connections are closed that came in before the listener was.
  func whenEmpty() -> EventLoopFuture<Void> {
    isEnding = true
    if count == 0 { empty.succeed() }
    return empty.futureResult
  }

  /// Whether a user asks for the first time.
  func isNew(_ user: UInt32) -> Bool { knownUsers.insert(user).inserted }

  private func leave() {
    count -= 1
    guard count == 0 else { return }
    if isEnding { empty.succeed() } else { startTimer() }
  }

  private func startTimer() {
    timer = eventLoop.assumeIsolated().scheduleTask(in: idleTime) { [idle] in idle.succeed() }
  }
}
