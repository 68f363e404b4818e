import CLinux
import Glibc

/// The thread for what may be slow: reading and parsing of files. Work is done one piece after the other.
///
/// A read that hangs holds up this thread only; the event loop, its timers and its deadlines go on.
package final class Worker: Sendable {
  private let executor: WorkerExecutor
  private let queue: WorkerQueue

  /// Starts the thread.
  ///
  /// - Throws: ``SystemCallError`` when the process may have no further descriptor or thread.
  package init() throws(SystemCallError) {
    executor = try WorkerExecutor()
    queue = WorkerQueue(executor: executor)
  }

  deinit { executor.stop() }

  /// Runs `body` on the thread.
  package func run<T: Sendable>(_ body: @Sendable () throws -> T) async throws -> T {
    try await queue.run(body)
  }

  /// Runs `body`, which does not fail, on the thread.
  func value<T: Sendable>(of body: @Sendable () -> T) async -> T { await queue.value(of: body) }

  /// Returns when the thread has taken up work, which it does not while a piece of work holds it.
  package func answer() async { await queue.answer() }

  /// Holds the thread up until the process ends, for tests of who watches it.
  package func hang() async { await queue.hang() }
}

private actor WorkerQueue {
  private let executor: WorkerExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(executor: WorkerExecutor) { self.executor = executor }

  func run<T: Sendable>(_ body: @Sendable () throws -> T) throws -> T { try body() }

  func value<T: Sendable>(of body: @Sendable () -> T) -> T { body() }

  func answer() {
    // A call that the compiler cannot see through: it leaves out the way to a thread on which nothing is to be done.
    sched_yield()
  }

  func hang() {
    while true { pause() }
  }
}

private final class WorkerExecutor: SerialExecutor, Sendable {
  private struct State {
    var jobs: [UnownedJob] = []
    var isStopping = false
  }

  private let state = Guarded(State())
  private let wakeDescriptor: CInt

  init() throws(SystemCallError) {
    // Blocking on purpose: the thread waits in read(2).
    wakeDescriptor = eventfd(0, CInt(EFD_CLOEXEC))
    guard wakeDescriptor >= 0 else { throw SystemCallError("eventfd", code: errno) }
    var thread = pthread_t()
    // The thread holds its executor until it ends.
    let held = Unmanaged.passRetained(self)
    let code = pthread_create(
      &thread, nil,
      { data in
        guard let data else { return nil }
        Unmanaged<WorkerExecutor>.fromOpaque(data).takeRetainedValue().work()
        return nil
      }, held.toOpaque())
    guard code == 0 else {
      held.release()
      throw SystemCallError("pthread_create", code: code)
    }
    pthread_detach(thread)
  }

  deinit { close(wakeDescriptor) }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { $0.jobs.append(job) }
    eventfd_write(wakeDescriptor, 1)
  }

  func stop() {
    state.withLock { $0.isStopping = true }
    eventfd_write(wakeDescriptor, 1)
  }

  private func work() {
    while true {
      let (jobs, isStopping) = state.withLock { state in
        defer { state.jobs = [] }
        return (state.jobs, state.isStopping)
      }
      for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
      if jobs.isEmpty && isStopping { return }
      if jobs.isEmpty {
        var ticks: UInt64 = 0
        eventfd_read(wakeDescriptor, &ticks)
      }
    }
  }
}
