package import AgentCore

/// Puts triggers together.
package enum TriggerStreams {
  /// One stream with the triggers of all.
  package static func merge(_ streams: [AsyncStream<Trigger>], on loop: EventLoop) -> AsyncStream<Trigger> {
    guard streams.count > 1 else { return streams.first ?? .ended }
    let (merged, continuation) = AsyncStream.makeStream(of: Trigger.self, bufferingPolicy: .bufferingNewest(1))
    let task = Task(executorPreference: loop) {
      await withDiscardingTaskGroup { group in
        for stream in streams {
          group.addTask { for await trigger in stream { continuation.yield(trigger) } }
        }
      }
      continuation.finish()
    }
    continuation.onTermination = { _ in task.cancel() }
    return merged
  }
}
