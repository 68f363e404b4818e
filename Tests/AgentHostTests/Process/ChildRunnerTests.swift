import AgentTesting
import Testing

@testable import AgentHost

@Suite("Child processes")
struct ChildRunnerTests {
  private func run(
    _ program: String, _ arguments: [String] = [], deadline: Duration = .seconds(30), mode: HostRoot.Mode = .live
  ) async throws -> ChildResult {
    try await withLoop { loop in
      let files = HostFiles(root: try HostRoot("/", mode: mode))
      return try await ChildRunner(loop: loop).run(program, arguments, of: files, deadline: deadline)
    }
  }

  @Test("a child's output and exit status come back")
  func output() async throws {
    let result = try await run("/bin/echo", ["Kubernetes", "v1.32.3"])
    #expect(result == ChildResult(ending: .exited(0), output: Array("Kubernetes v1.32.3\n".utf8)))
    #expect(try await run("/bin/false").ending == .exited(1))
  }

  @Test("a child gets none of the agent's environment and no input")
  func environment() async throws {
    let result = try await run("/usr/bin/env")
    #expect(String(decoding: result.output, as: UTF8.self) == "PATH=/usr/sbin:/usr/bin:/sbin:/bin\n")
    #expect(try await run("/bin/cat").output.isEmpty)
  }

  @Test("a child that does not end is killed at its deadline")
  func deadline() async throws {
    await #expect(throws: ChildError.deadline(.milliseconds(20))) {
      try await run("/bin/sleep", ["600"], deadline: .milliseconds(20))
    }
  }

  @Test("a child that writes without end is killed")
  func tooMuchOutput() async throws {
    await #expect(throws: ChildError.tooMuchOutput(ChildRunner.outputLimit)) { try await run("/usr/bin/yes") }
  }

  @Test("output up to the limit is complete even when the child has already ended")
  func longOutput() async throws {
    let result = try await run("/usr/bin/head", ["-c", "60000", "/dev/zero"])
    #expect(result.output.count == 60000)
  }

  @Test("a child whose waiter is cancelled is killed")
  func cancellation() async throws {
    try await withLoop { loop in
      let files = HostFiles(root: try HostRoot("/", mode: .live))
      let runner = ChildRunner(loop: loop)
      let task = Task(executorPreference: loop) {
        try await runner.run("/bin/sleep", ["600"], of: files, deadline: .seconds(600))
      }
      task.cancel()
      await #expect(throws: ChildError.cancelled) { try await task.value }
    }
  }

  @Test("a missing program and a program that is none are told apart")
  func notRun() async throws {
    await #expect(throws: ChildError.program(FileError("/no/such", .notFound))) { try await run("/no/such") }
    await #expect(throws: ChildError.system(SystemCallError("posix_spawn", code: 13))) { try await run("/etc/passwd") }
  }

  @Test("nothing is run for a recorded host")
  func recorded() async throws {
    await #expect(throws: ChildError.recorded) { try await run("/bin/echo", mode: .recorded) }
  }
}
