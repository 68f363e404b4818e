package import AgentHost
import Foundation

/// Runs an event loop on a thread of its own while `body` runs on it.
package func withLoop<T: Sendable>(
  _ body: @Sendable @escaping (EventLoop) async throws -> T
) async throws -> T {
  let loop = try EventLoop()
  let thread = Thread { try? loop.run() }
  thread.start()
  defer { loop.stop() }
  return try await Task(executorPreference: loop) { try await body(loop) }.value
}
