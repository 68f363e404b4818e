import AgentCore

/// One timer of an event loop that is started and stopped often: once started it asks `look` again and again, after the
/// time that `look` says, until that says nil or it is stopped. Can be used from any thread.
final class LoopTimer: Sendable {
  private let loop: EventLoop
  private let timer: Timer

  init(loop: EventLoop) {
    self.loop = loop
    timer = Timer(loop)
  }

  /// Starts it unless it runs.
  func start(after time: Duration, _ look: @escaping @Sendable () -> Duration?) {
    isolated { $0.start(after: time, look) }
  }

  /// Stops it.
  func stop() { isolated { $0.stop() } }

  private func isolated(_ body: @escaping @Sendable (isolated Timer) -> Void) {
    // Most callers are on the loop, where it is nearly free.
    if loop.isCurrent { return timer.assumeIsolated { body($0) } }
    Task(executorPreference: loop) { [timer] in await timer.run(body) }
  }

  private actor Timer {
    private let loop: EventLoop
    private var source: EventSource?
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(_ loop: EventLoop) { self.loop = loop }

    isolated deinit { source = nil }

    func run(_ body: @Sendable (isolated Timer) -> Void) { body(self) }

    func start(after time: Duration, _ look: @escaping @Sendable () -> Duration?) {
      guard source == nil else { return }
      let due = HostTime.now().advanced(by: time).bootNanoseconds
      // Without a timer the work is waited for without an end, as it would be without a loop.
      source = try? EventSource.timer(atBootMicroseconds: UInt64(max(0, due) / 1000), accuracy: 1000) { [weak self] _ in
        self?.assumeIsolated { $0.fire(look) }
      }
    }

    func stop() { source = nil }

    private func fire(_ look: @escaping @Sendable () -> Duration?) {
      source = nil
      if let next = look() { start(after: next, look) }
    }
  }
}
