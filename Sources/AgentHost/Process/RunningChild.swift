import AgentCore
import CLinux
import Glibc

/// A child process that has been started and not yet reaped. Used on the event loop's thread only.
final class RunningChild {
  let pid: pid_t
  let pidfd: FileDescriptor
  let output: FileDescriptor
  /// When it was started.
  let started: HostTime
  var exit: EventSource?
  var outputReady: EventSource?
  var timer: EventSource?

  private var written: [UInt8] = []
  private var failure: ChildError?
  /// Resumed exactly once, by whoever takes it.
  private var continuation: CheckedContinuation<ChildResult, any Error>?

  private init(
    pid: pid_t, pidfd: consuming FileDescriptor, output: consuming FileDescriptor,
    continuation: CheckedContinuation<ChildResult, any Error>
  ) {
    self.pid = pid
    started = .now()
    self.pidfd = pidfd
    self.output = output
    self.continuation = continuation
  }

  /// The sources go before the descriptors that they watch: epoll(7) forgets a closed descriptor only when no other
  /// process, such as a child between fork and exec, still holds it.
  deinit {
    exit = nil
    outputReady = nil
    timer = nil
  }

  static func spawn(
    _ program: String, _ arguments: [String], files: HostFiles,
    continuation: CheckedContinuation<ChildResult, any Error>
  ) throws(ChildError) -> RunningChild {
    let binary: FileDescriptor
    do { binary = try files.open(program, flags: clinux_O_PATH) } catch { throw ChildError.program(error) }
    let name = program.split(separator: "/").last.map(String.init) ?? program
    // Held until the child is started: the path leads through the descriptor.
    return try spawn(
      path: "/proc/self/fd/\(binary.raw)", name: name, arguments.map { Array($0.utf8) }, continuation: continuation)
  }

  /// Starts what is at a path of the agent's own name space.
  static func spawn(
    path: String, name: String = "nodeagent", _ arguments: [[UInt8]],
    continuation: CheckedContinuation<ChildResult, any Error>
  ) throws(ChildError) -> RunningChild {
    var ends: [CInt] = [-1, -1]
    guard clinux_pipe(&ends) == 0 else { throw ChildError.system(SystemCallError("pipe2", code: errno)) }
    let reading = FileDescriptor(owning: ends[0])
    let writing = FileDescriptor(owning: ends[1])
    let pid = try start(path, [Array(name.utf8)] + arguments, output: writing)
    let pidfd = clinux_pidfd_open(pid)
    guard pidfd >= 0 else {
      let code = errno
      Glibc.kill(-pid, SIGKILL)
      waitpid(pid, nil, 0)
      throw ChildError.system(SystemCallError("pidfd_open", code: code))
    }
    return RunningChild(pid: pid, pidfd: FileDescriptor(owning: pidfd), output: reading, continuation: continuation)
  }

  /// The environment is fixed: nothing of the agent's own leaks into a foreign program.
  private static func start(
    _ path: String, _ words: [[UInt8]], output: borrowing FileDescriptor
  ) throws(ChildError) -> pid_t {
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { duplicate($0) } + [nil]
    var environment: [UnsafeMutablePointer<CChar>?] = [strdup("PATH=/usr/sbin:/usr/bin:/sbin:/bin"), nil]
    defer {
      for pointer in arguments + environment { free(pointer) }
    }
    var pid: pid_t = 0
    let code = clinux_spawn(&pid, path, &arguments, &environment, output.raw)
    guard code == 0 else { throw ChildError.system(SystemCallError("posix_spawn", code: code)) }
    return pid
  }

  /// A text of C, of any bytes.
  private static func duplicate(_ bytes: [UInt8]) -> UnsafeMutablePointer<CChar>? {
    (bytes + [0]).withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { $0.baseAddress.flatMap { strdup($0) } }
    }
  }

  /// Takes what the child has written so far; false when it has written more than it may.
  func read(limit: Int) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = Glibc.read(output.raw, &buffer, buffer.count)
      if count == 0 {
        // At the end of the pipe the descriptor stays readable for ever.
        outputReady = nil
      }
      guard count > 0 else { return true }
      guard written.count + count <= limit else { return false }
      written += buffer.prefix(count)
    }
  }

  /// Ends it and all of its process group.
  func kill(_ reason: ChildError) {
    guard failure == nil else { return }
    failure = reason
    timer = nil
    outputReady = nil
    // Not reaped yet, so the number still belongs to it and to its group.
    Glibc.kill(-pid, SIGKILL)
  }

  /// Answers although a killed child is still there: one in an uninterruptible wait dies only later.
  func answer() {
    timer = nil
    if let failure { take()?.resume(throwing: failure) }
  }

  /// Collects it when it has ended; false when it has not.
  func reap(limit: Int) -> Bool {
    var status: CInt = 0
    let code = clinux_reap(pidfd.raw, &status)
    guard code != 0 else { return false }
    exit = nil
    timer = nil
    if failure == nil, !read(limit: limit) { failure = .tooMuchOutput(limit) }
    outputReady = nil
    if code < 0 {
      take()?.resume(throwing: ChildError.system(SystemCallError("waitid", code: -code)))
    } else if let failure {
      take()?.resume(throwing: failure)
    } else {
      let ending: ChildResult.Ending = status >= 0 ? .exited(status) : .signalled(-status)
      take()?.resume(returning: ChildResult(ending: ending, output: written))
    }
    return true
  }

  /// Gives it up before it was watched; its caller answers.
  func abandon() {
    continuation = nil
    exit = nil
    outputReady = nil
    timer = nil
    Glibc.kill(-pid, SIGKILL)
    waitpid(pid, nil, 0)
  }

  private func take() -> CheckedContinuation<ChildResult, any Error>? {
    defer { continuation = nil }
    return continuation
  }
}
