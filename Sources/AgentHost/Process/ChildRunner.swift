package import AgentCore
import CLinux
import Glibc
import Synchronization

/// Runs short programs of a live host, such as `kubelet --version`, and bounds their time and output.
///
/// The program is opened below the host's root and started through its descriptor, so that it is the file that was
/// looked at. The child is watched by its pidfd (pidfd_open(2)); nothing blocks the event loop but the start itself
/// (vfork semantics, posix_spawn(3)).
///
/// PR_SET_PDEATHSIG cannot be set in a foreign program: it would have to be called between fork and exec, where
/// posix_spawn has no hook. If the agent dies, the deadline dies with it; the child then ends by itself or by SIGPIPE,
/// since nobody reads its output any more. So only programs that end by themselves may be run here.
package actor ChildRunner {
  /// The most that a child may write.
  package static let outputLimit = 64 << 10

  private let loop: EventLoop
  private let lastID = Atomic<UInt64>(0)
  private var running: [UInt64: RunningChild] = [:]
  /// The event loop.
  package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  /// Runs children from the loop's thread.
  package init(loop: EventLoop) { self.loop = loop }

  isolated deinit { running = [:] }

  /// Runs a program and waits for its end.
  ///
  /// - Parameters:
  ///   - program: its path below the root of `files`.
  ///   - deadline: after this it is killed, with all of its process group.
  /// - Throws: ``ChildError``.
  package nonisolated func run(
    _ program: String, _ arguments: [String], of files: HostFiles, deadline: Duration
  ) async throws -> ChildResult {
    guard files.root.mode == .live else { throw ChildError.recorded }
    let id = lastID.add(1, ordering: .relaxed).newValue
    return try await withTaskCancellationHandler {
      try await start(id, program, arguments, files, deadline)
    } onCancel: {
      Task(executorPreference: loop) { await self.cancel(id) }
    }
  }

  /// A number for ``runOwn(_:_:words:path:deadline:)``.
  package nonisolated func nextID() -> UInt64 { lastID.add(1, ordering: .relaxed).newValue }

  /// Runs this program itself in a hidden mode that arms PR_SET_PDEATHSIG, and waits for its end.
  ///
  /// - Parameters:
  ///   - id: tells it from other children, also after its time is over; see ``status(of:)``.
  ///   - program: the path as the kernel takes it: `/proc/self/exe`.
  ///   - path: the last argument, of any bytes but NUL.
  /// - Throws: ``ChildError``.
  package nonisolated func runOwn(
    _ id: UInt64, _ program: String, words: [String], path: [UInt8], deadline: Duration
  ) async throws -> ChildResult {
    try await withTaskCancellationHandler {
      try await start(id, deadline) { continuation throws(ChildError) in
        try RunningChild.spawn(path: program, words.map { Array($0.utf8) } + [path], continuation: continuation)
      }
    } onCancel: {
      Task(executorPreference: loop) { await self.cancel(id) }
    }
  }

  /// A child that is not gone yet, also when its caller has its answer; nil when it is.
  package func status(of id: UInt64) -> (process: Int32, started: HostTime)? {
    running[id].map { ($0.pid, $0.started) }
  }

  private func start(
    _ id: UInt64, _ program: String, _ arguments: [String], _ files: HostFiles, _ deadline: Duration
  ) async throws -> ChildResult {
    try await start(id, deadline) { continuation throws(ChildError) in
      try RunningChild.spawn(program, arguments, files: files, continuation: continuation)
    }
  }

  private func start(
    _ id: UInt64, _ deadline: Duration,
    spawn: (CheckedContinuation<ChildResult, any Error>) throws(ChildError) -> RunningChild
  ) async throws -> ChildResult {
    guard !Task.isCancelled else { throw ChildError.cancelled }
    return try await withCheckedThrowingContinuation { continuation in
      do throws(ChildError) {
        let child = try spawn(continuation)
        try watch(child, id, deadline)
        running[id] = child
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }

  private func watch(_ child: RunningChild, _ id: UInt64, _ deadline: Duration) throws(ChildError) {
    let now = LoopClock(loop: loop).now().bootNanoseconds
    do throws(SystemCallError) {
      // Strong: whatever becomes of its caller, a child is reaped.
      child.exit = try EventSource.io(child.pidfd.raw, events: EventSource.readable) { [self] _ in
        assumeIsolated { $0.ended(id) }
      }
      child.outputReady = try EventSource.io(child.output.raw, events: EventSource.readable) { [weak self] _ in
        self?.assumeIsolated { $0.receive(id) }
      }
      child.timer = try EventSource.timer(
        atBootMicroseconds: Self.microseconds(now, deadline), accuracy: 1000
      ) { [weak self] _ in self?.assumeIsolated { $0.stop(id, .deadline(deadline)) } }
    } catch {
      child.abandon()
      throw ChildError.system(error)
    }
  }

  private func receive(_ id: UInt64) {
    guard let child = running[id], !child.read(limit: Self.outputLimit) else { return }
    stop(id, .tooMuchOutput(Self.outputLimit))
  }

  private func ended(_ id: UInt64) {
    guard let child = running[id], child.reap(limit: Self.outputLimit) else { return }
    running[id] = nil
  }

  private func cancel(_ id: UInt64) { stop(id, .cancelled) }

  /// Kills a child and waits a little for its end, so that its caller finds it gone.
  private func stop(_ id: UInt64, _ reason: ChildError) {
    guard let child = running[id] else { return }
    child.kill(reason)
    let now = LoopClock(loop: loop).now().bootNanoseconds
    do throws(SystemCallError) {
      child.timer = try EventSource.timer(
        atBootMicroseconds: Self.microseconds(now, Self.grace), accuracy: 1000
      ) { [weak self] _ in self?.assumeIsolated { $0.running[id]?.answer() } }
    } catch {
      child.answer()
    }
  }

  private static func microseconds(_ now: Int64, _ later: Duration) -> UInt64 {
    UInt64(max(0, (now + later.wholeNanoseconds) / 1000))
  }

  /// How long a killed child may take to go.
  private static let grace = Duration.milliseconds(200)
}
