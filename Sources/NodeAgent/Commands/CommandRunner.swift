import AgentHost
import ArgumentParser

/// Runs a command's work on the event loop, which the calling thread becomes.
enum CommandRunner {
  /// Returns when the work has ended; leaves by its exit status, 0 excepted.
  ///
  /// - Throws: `ExitCode`, and what the work throws.
  static func run(_ work: @escaping @Sendable (EventLoop) async throws -> Int32) throws {
    let loop = try EventLoop()
    let box = ResultBox()
    Task(executorPreference: loop) {
      do { box.set(.success(try await work(loop))) } catch { box.set(.failure(error)) }
      loop.stop()
    }
    try loop.run()
    let status = try box.value.get()
    StandardStreams.finish()
    if status != 0 { throw ExitCode(status) }
  }
}

private final class ResultBox: Sendable {
  private let content = Guarded<Result<Int32, any Error>>(.success(0))

  var value: Result<Int32, any Error> { content.withLock(\.self) }

  func set(_ value: sending Result<Int32, any Error>) { content.withLock { $0 = value } }
}
