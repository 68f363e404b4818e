import CLinux
import CSystemd
import Glibc

/// The sd-event loop (sd-event(3)) of one thread, which is the executor of all work that the agent starts.
///
/// As a serial executor it owns every actor that holds a C handle; as a task executor it keeps nonisolated async
/// functions and task groups on its thread, so that Swift's global pool is never started.
package final class EventLoop: SerialExecutor, TaskExecutor, Sendable {
  private struct State {
    var jobs: [UnownedJob] = []
    var thread: pthread_t?
    var isStopping = false
  }

  private let state = Guarded(State())
  private let wakeDescriptor: CInt

  /// Makes a loop; ``run()`` makes the calling thread its thread.
  ///
  /// - Throws: ``SystemCallError`` when the process has no descriptor left.
  package init() throws(SystemCallError) {
    wakeDescriptor = eventfd(0, CInt(EFD_CLOEXEC) | CInt(EFD_NONBLOCK))
    guard wakeDescriptor >= 0 else { throw SystemCallError("eventfd", code: errno) }
  }

  deinit { close(wakeDescriptor) }

  /// Takes a job from any thread.
  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let wasEmpty = state.withLock { state in
      defer { state.jobs.append(job) }
      return state.jobs.isEmpty
    }
    if wasEmpty { eventfd_write(wakeDescriptor, 1) }
  }

  /// Whether the caller is on the loop's thread; lets a C callback enter its actor.
  package func isIsolatingCurrentContext() -> Bool? { isCurrent }

  /// Traps when the caller is not on the loop's thread.
  package func checkIsolated() { precondition(isCurrent, "not on the event loop's thread") }

  var isCurrent: Bool {
    let here = pthread_self()
    return state.withLock { state in state.thread.map { pthread_equal($0, here) != 0 } ?? false }
  }

  /// Ends ``run()`` once the work at hand is done; can be called from any thread.
  package func stop() {
    state.withLock { $0.isStopping = true }
    eventfd_write(wakeDescriptor, 1)
  }

  /// Is the loop until ``stop()``.
  ///
  /// - Throws: ``SystemCallError`` when the kernel refuses the epoll descriptor.
  package func run() throws(SystemCallError) {
    state.withLock { $0.thread = pthread_self() }
    var event: OpaquePointer?
    // The default loop belongs to the thread (sd_event_default(3)): sources made on it find it without a pointer.
    let made = sd_event_default(&event)
    guard made >= 0, let event else { throw SystemCallError("sd_event_default", code: -made) }
    defer { sd_event_unref(event) }
    let wake = try EventSource.io(wakeDescriptor, events: EventSource.readable) { [unowned self] _ in drain() }
    let ended = sd_event_loop(event)
    _ = consume wake
    guard ended >= 0 else { throw SystemCallError("sd_event_loop", code: -ended) }
  }

  private func drain() {
    var ticks: UInt64 = 0
    eventfd_read(wakeDescriptor, &ticks)
    let (jobs, isStopping) = state.withLock { state in
      defer { state.jobs = [] }
      return (state.jobs, state.isStopping)
    }
    for job in jobs {
      job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
    }
    if isStopping { exitLoop() }
  }

  private func exitLoop() {
    var event: OpaquePointer?
    guard sd_event_default(&event) >= 0 else { return }
    sd_event_exit(event, 0)
    sd_event_unref(event)
  }
}
