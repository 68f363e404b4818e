package import AgentCore
import CLinux
import Glibc

/// Watches files and directories of a live host by inotify(7), which also reports writes below /proc/sys and
/// /sys/fs/cgroup. An event only says "look again".
///
/// A path is watched through its directory, so that it may be replaced, removed and made; while the directory does not
/// exist either, the nearest one above is watched.
package actor FileWatcher {
  /// How the watching itself goes.
  package struct Health: Sendable, Hashable {
    /// Events that the kernel dropped because its queue was full (IN_Q_OVERFLOW); each made everything be read again.
    package var overflows = 0
    /// Paths that could not be watched, with the reason; they are read at the interval only.
    package var unwatched: [String: String] = [:]

    /// Makes the health of a watcher that had no trouble.
    package init() {}
  }

  private struct Subscription {
    var paths: [String]
    var continuation: AsyncStream<Trigger>.Continuation
  }

  private let loop: EventLoop
  private let files: HostFiles
  private var inotify: Inotify?
  private var source: EventSource?
  private var subscriptions: [Int: Subscription] = [:]
  private var anchors = AnchorTable()
  private var state = Health()
  /// The event loop, which owns the inotify descriptor.
  package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  package init(loop: EventLoop, files: HostFiles) {
    self.loop = loop
    self.files = files
  }

  isolated deinit { source = nil }

  /// How the watching itself goes.
  package func health() -> Health { state }

  /// A trigger whenever one of the paths, or something in them, was made, changed, replaced or removed.
  package nonisolated func changes(of paths: [String]) -> AsyncStream<Trigger> {
    let (stream, continuation) = AsyncStream.makeStream(of: Trigger.self, bufferingPolicy: .bufferingNewest(1))
    Task(executorPreference: loop) { await self.subscribe(paths, continuation) }
    return stream
  }

  private func subscribe(_ paths: [String], _ continuation: AsyncStream<Trigger>.Continuation) {
    let id = (subscriptions.keys.max() ?? 0) + 1
    subscriptions[id] = Subscription(paths: paths, continuation: continuation)
    continuation.onTermination = { [weak self, loop] _ in
      Task(executorPreference: loop) { await self?.unsubscribe(id) }
    }
    for path in paths { anchor(path, for: id) }
    // What changed before the watch stood is seen by this look.
    continuation.yield(Trigger())
  }

  private func unsubscribe(_ id: Int) {
    guard let gone = subscriptions.removeValue(forKey: id) else { return }
    for path in gone.paths { drop(anchors.remove(path: path, subscription: id)) }
  }

  private func anchor(_ path: String, for id: Int) {
    drop(anchors.remove(path: path, subscription: id))
    do {
      try start()
      for place in Inotify.places(of: path) {
        guard let watch = try inotify?.add(place.directory, files: files) else { continue }
        anchors.add(Anchor(name: place.name, path: path, subscription: id), at: watch)
        if place.isEnough { break }
      }
      state.unwatched[path] = nil
    } catch {
      state.unwatched[path] = "\(error)"
    }
  }

  private func drop(_ watches: [CInt]) {
    for watch in watches { inotify?.remove(watch) }
  }

  private func start() throws(SystemCallError) {
    guard source == nil else { return }
    if inotify == nil { inotify = try Inotify() }
    guard let inotify else { return }
    source = try EventSource.io(inotify.descriptor.raw, events: EventSource.readable) { [weak self] _ in
      self?.assumeIsolated { $0.receive() }
    }
  }

  private func receive() {
    let events = inotify?.read() ?? []
    var touched: Set<Anchor> = []
    for event in events {
      if event.isOverflow {
        state.overflows += 1
        touched.formUnion(anchors.all)
      } else {
        touched.formUnion(anchors.touched(by: event))
      }
    }
    // Anchored again each time: what the event made or removed may have moved the nearest directory.
    for anchor in touched where subscriptions[anchor.subscription] != nil {
      self.anchor(anchor.path, for: anchor.subscription)
    }
    for id in Set(touched.map(\.subscription)) { subscriptions[id]?.continuation.yield(Trigger()) }
  }
}
