/// A reading of something dear, made once for all who ask before it begins.
///
/// One that has begun serves nobody who asks later, so that nobody is told what was true before the question.
package final class SharedReading<Value: Sendable>: Sendable {
  private let worker: Worker
  private let loop: EventLoop?
  private let read: @Sendable () -> Value
  /// The reading that has not begun.
  private let coming = Guarded<Task<Value, any Error>?>(nil)

  /// - Parameters:
  ///   - loop: where those who ask come from; without one, everybody gets a reading of their own.
  ///   - read: runs on the worker thread.
  package init(worker: Worker, loop: EventLoop?, _ read: @escaping @Sendable () -> Value) {
    self.worker = worker
    self.loop = loop
    self.read = read
  }

  /// The value, read after the call.
  ///
  /// - Throws: ``Worker/Failure``.
  package func value() async throws -> Value {
    guard let loop else { return try await worker.run(read) }
    let reading = coming.withLock { coming in
      if let coming { return coming }
      // It takes its turn on the loop first: whoever was woken by the same event asks before the worker begins.
      let new = Task(executorPreference: loop) { try await self.worker.run { self.begin() } }
      coming = new
      return new
    }
    return try await reading.value
  }

  private func begin() -> Value {
    coming.withLock { $0 = nil }
    return read()
  }
}
