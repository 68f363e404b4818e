import AgentHost

/// Keeps the status line of `systemctl status` true; tells it only when it changes.
final class StatusLine: Sendable {
  private let current: CurrentSession
  private let manager: ManagerLink
  private let told = Guarded("")
  private let news = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  init(current: CurrentSession, manager: ManagerLink) {
    self.current = current
    self.manager = manager
  }

  /// A check took another state; what comes before ``follow()`` looks is one line.
  func note() { news.continuation.yield() }

  /// Tells the line whenever it changed, until the task is cancelled.
  func follow() async {
    for await _ in news.stream {
      let line = line
      if take(line) { manager.tell(.status(line)) }
    }
  }

  /// Tells the line together with something else.
  func show(_ message: ServiceManager.Message) {
    let line = line
    _ = take(line)
    manager.tell(message, .status(line))
  }

  /// Whether the line is another one than before.
  private func take(_ line: String) -> Bool {
    told.withLock { told in
      defer { told = line }
      return told != line
    }
  }

  private var line: String {
    let session = current.session
    let snapshot = session.engine.state.snapshot()
    return StatusText.render(
      JudgedNode(snapshot, roles: session.roles), isCurrent: snapshot.configuration?.isCurrent ?? true)
  }
}
