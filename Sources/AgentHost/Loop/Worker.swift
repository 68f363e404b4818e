import AgentText
import CLinux
import Glibc

/// The thread for what may be slow: reading and parsing of files. Work is done one piece after the other.
///
/// A call on a file system that does not answer never returns, and no thread can be ended in it. So whoever asked gets an
/// error in time, another thread goes on with the others' work, and what lies on that file system is refused at once until
/// the thread comes back, which ends it. See ``WorkerQueue`` for the times.
package final class Worker: Sendable {
  /// Why a piece of work gave no result.
  package enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
    /// It did not end in time; the path that it was at, nil where it had not begun.
    case noAnswer(path: String?, within: Duration)
    /// So many threads are held by file systems that no more work is begun; where they are.
    case exhausted(paths: [String])

    /// The path that was waited for; nil where none is known.
    package var path: String? {
      switch self {
      case .noAnswer(let path, _): path
      case .exhausted(let paths): paths.first
      }
    }

    /// The reason in words.
    package var description: String {
      switch self {
      case .noAnswer(let path?, let time): "\(path): its file system did not answer within \(time.spoken)"
      case .noAnswer(nil, let time): "other files were waited for, for \(time.spoken)"
      case .exhausted(let paths): "no file is read any more: no answer at \(paths.joined(separator: ", "))"
      }
    }
  }

  /// How the threads are.
  package struct Health: Sendable, Hashable {
    /// How often a thread was left behind in a call that did not return in time.
    package var abandoned: Int
    /// The paths whose file systems are not read now, because a read there does not return.
    package var unread: [String]

    /// Makes the health of a worker.
    package init(abandoned: Int = 0, unread: [String] = []) {
      self.abandoned = abandoned
      self.unread = unread
    }
  }

  private let queue = Guarded(WorkerQueue())
  private let timer: LoopTimer?
  private let mounts: @Sendable (String) -> HeldPlace
  /// The thread that has nothing to do waits here; there is one at most.
  private let wakeDescriptor: CInt

  /// Starts the thread.
  ///
  /// - Parameters:
  ///   - loop: keeps the times; without one, who asks waits for as long as its own task, and so do the others.
  ///   - mounts: where the path of a thread that is held lies, asked on another thread.
  /// - Throws: ``SystemCallError`` when the process may have no further descriptor or thread.
  package init(
    loop: EventLoop? = nil, mounts: @escaping @Sendable (String) -> HeldPlace = { HeldPlace(path: $0) }
  ) throws(SystemCallError) {
    // Blocking on purpose: the thread waits in read(2).
    wakeDescriptor = eventfd(0, CInt(EFD_CLOEXEC))
    guard wakeDescriptor >= 0 else { throw SystemCallError("eventfd", code: errno) }
    timer = loop.map { LoopTimer(loop: $0) }
    self.mounts = mounts
    do {
      try WorkerThread.start(queue.withLock { $0.begin() }, queue, waitingAt: wakeDescriptor)
    } catch {
      close(wakeDescriptor)
      throw error
    }
  }

  deinit {
    // The thread that goes on closes the descriptor.
    queue.withLock { $0.isStopping = true }
    eventfd_write(wakeDescriptor, 1)
  }

  /// Runs `body` on the thread.
  ///
  /// - Throws: what `body` throws; ``Failure``; `CancellationError` as soon as the task is cancelled, whatever the thread
  ///   does then.
  package func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    let result = OneResult<T>()
    let job = WorkerJob(run: { result.set(Result { try body() }) }, fail: { result.set(.failure($0)) })
    add(job)
    return try await withTaskCancellationHandler {
      defer { rest() }
      return try await result.value()
    } onCancel: {
      job.fail(CancellationError())
      queue.withLock { $0.giveUp(job) }
    }
  }

  /// Returns when the thread has taken up work; at once while it has some, which is no sign of its death.
  package func answer() async {
    guard queue.withLock(\.isIdle) else { return }
    // A call that the compiler cannot see through: it leaves out the way to a thread on which nothing is to be done.
    _ = try? await run { sched_yield() }
  }

  /// Holds the thread up until the process ends, for tests of what happens then.
  package func hang() async {
    let _: Void? = try? await run {
      while true { pause() }
    }
  }

  /// How the threads are.
  package func health() -> Health { queue.withLock(\.health) }

  private func add(_ job: WorkerJob) {
    let (refusal, wakes) = queue.withLock { $0.add(job, at: WorkerQueue.now()) }
    if let refusal { return job.fail(refusal) }
    if wakes { eventfd_write(wakeDescriptor, 1) }
    timer?.start(after: WorkerQueue.relief) { [weak self] in self?.look() }
  }

  private func rest() {
    if queue.withLock(\.isQuiet) { timer?.stop() }
  }

  /// Looks after what takes too long; returns when to look again, nil when nothing is at work.
  private func look() -> Duration? {
    let due = queue.withLock { $0.look(at: WorkerQueue.now()) }
    for (job, failure) in due.late { job.fail(failure) }
    if let held = due.held { relieve(held) }
    return due.next
  }

  /// Another thread goes on; the first that it does is to find out where the held one is.
  private func relieve(_ held: UInt64) {
    do {
      try WorkerThread.start(queue.withLock { $0.relieve(held) }, queue, waitingAt: wakeDescriptor)
    } catch {
      // No further thread: the others wait for the held one.
      return queue.withLock { $0.takeBack(held) }
    }
    guard let path = queue.withLock({ $0.place(of: held)?.path }) else { return }
    let find = WorkerJob(
      run: { [queue, mounts] in
        let place = mounts(path)
        queue.withLock { $0.found(place, of: held) }
      }, fail: { _ in })
    queue.withLock { $0.addFirst(find, at: WorkerQueue.now()) }
    eventfd_write(wakeDescriptor, 1)
  }
}

/// A piece of work.
final class WorkerJob: Sendable {
  /// Does it, and hands its result over.
  let run: @Sendable () -> Void
  /// Hands over why there is none; what comes after the first is dropped.
  let fail: @Sendable (any Error) -> Void

  init(run: @escaping @Sendable () -> Void, fail: @escaping @Sendable (any Error) -> Void) {
    self.run = run
    self.fail = fail
  }
}

/// A result that is set once and waited for once.
private struct OneResult<Value: Sendable>: Sendable {
  private enum Phase: Sendable {
    case open
    case waiting(CheckedContinuation<Value, any Error>)
    case set(Result<Value, any Error>)
    case done
  }

  private let phase = Guarded(Phase.open)

  /// The first result counts, later ones are dropped.
  func set(_ result: Result<Value, any Error>) {
    let waiter: CheckedContinuation<Value, any Error>? = phase.withLock { phase in
      switch phase {
      case .open:
        phase = .set(result)
        return nil
      case .waiting(let waiter):
        phase = .done
        return waiter
      case .set, .done: return nil
      }
    }
    waiter?.resume(with: result)
  }

  func value() async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      let known: Result<Value, any Error>? = phase.withLock { phase in
        guard case .set(let result) = phase else {
          phase = .waiting(continuation)
          return nil
        }
        phase = .done
        return result
      }
      if let known { continuation.resume(with: known) }
    }
  }
}
