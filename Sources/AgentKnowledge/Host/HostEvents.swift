package import AgentCore
package import AgentHost

/// Where triggers come from: the kernel's events on a live host, nowhere on a recorded one.
package struct HostEvents: Sendable {
  private struct Sources: Sendable {
    var loop: EventLoop
    var watcher: FileWatcher
    var poller: PollWatcher
  }

  private let sources: Sources?

  /// No events: a recorded host, or one look only.
  package static let none = HostEvents(sources: nil)

  /// The events of a live host, received by `loop`.
  package static func live(loop: EventLoop, worker: Worker, files: HostFiles) -> HostEvents {
    HostEvents(
      sources: Sources(
        loop: loop, watcher: FileWatcher(loop: loop, worker: worker, files: files),
        poller: PollWatcher(loop: loop, worker: worker, files: files)))
  }

  /// A trigger whenever one of the paths changes.
  ///
  /// - Parameters:
  ///   - paths: files and directories, which need not exist yet; watched by inotify(7).
  ///   - polled: files below /proc that report their changes by poll(2), such as /proc/swaps.
  ///   - others: triggers from elsewhere that are joined to these.
  package func changes(
    of paths: [String], polling polled: [String] = [], and others: [AsyncStream<Trigger>] = []
  ) -> AsyncStream<Trigger> {
    guard let sources else { return .ended }
    let streams = [sources.watcher.changes(of: paths)] + polled.map { sources.poller.changes(of: $0) } + others
    return TriggerStreams.merge(streams, on: sources.loop)
  }

  /// How the watching of files goes; nil where nothing is watched.
  package func fileWatching() async -> FileWatcher.Health? { await sources?.watcher.health() }
}
