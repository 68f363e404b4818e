package import AgentCore
import CLinux
import Glibc

/// Watches files and directories of a live host by inotify(7), which also reports writes below /proc/sys and
/// /sys/fs/cgroup. An event only says "look again".
///
/// A path is watched through its directory, so that it may be replaced, removed and made; while the directory does not
/// exist either, the nearest one above is watched. The worker looks the directories up and adds the watches, since a dead
/// file system may be among them; the event loop reads the events.
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
    /// Whether it has had its first look.
    var isTold = false
  }

  /// A path of a subscriber.
  private struct Request: Hashable {
    var path: String
    var subscription: Int
  }

  private let loop: EventLoop
  private let worker: Worker
  private let files: HostFiles
  private var inotify: Inotify?
  private var source: EventSource?
  private var subscriptions: [Int: Subscription] = [:]
  private var lastID = 0
  private var anchors = AnchorTable()
  private var kept: [CInt: KeptDirectory] = [:]
  /// Watches that nobody needs, dropped once no more are being added: the one that is added may be the same.
  private var free: Set<CInt> = []
  /// What waits to be anchored.
  private var waiting: Set<Request> = []
  private var isAnchoring = false
  private var state = Health()
  /// The event loop, which owns the inotify descriptor.
  package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  package init(loop: EventLoop, worker: Worker, files: HostFiles) {
    self.loop = loop
    self.worker = worker
    self.files = files
  }

  isolated deinit { source = nil }

  /// How the watching itself goes. What could not be watched is tried again.
  package func health() -> Health {
    let again = subscriptions.flatMap { id, subscription in
      subscription.paths.filter { state.unwatched[$0] != nil }.map { Request(path: $0, subscription: id) }
    }
    anchor(again)
    return state
  }

  /// A trigger whenever one of the paths, or something in them, was made, changed, replaced or removed.
  package nonisolated func changes(of paths: [String]) -> AsyncStream<Trigger> {
    let (stream, continuation) = AsyncStream.makeStream(of: Trigger.self, bufferingPolicy: .bufferingNewest(1))
    Task(executorPreference: loop) { await self.subscribe(paths, continuation) }
    return stream
  }

  private func subscribe(_ paths: [String], _ continuation: AsyncStream<Trigger>.Continuation) {
    lastID += 1
    let id = lastID
    subscriptions[id] = Subscription(paths: paths, continuation: continuation)
    continuation.onTermination = { [weak self, loop] _ in
      Task(executorPreference: loop) { await self?.unsubscribe(id) }
    }
    anchor(paths.map { Request(path: $0, subscription: id) })
  }

  private func unsubscribe(_ id: Int) {
    guard let gone = subscriptions.removeValue(forKey: id) else { return }
    for path in gone.paths { free.formUnion(anchors.remove(path: path, subscription: id).free) }
    dropFree()
  }

  // MARK: anchoring

  private func anchor(_ requests: [Request]) {
    waiting.formUnion(requests)
    guard !isAnchoring, !waiting.isEmpty else { return }
    isAnchoring = true
    Task(executorPreference: loop) { await self.anchorAll() }
  }

  /// One task does it, so that watches are added and dropped in one order.
  private func anchorAll() async {
    while !waiting.isEmpty {
      let requests = waiting
      waiting = []
      let inotify: Inotify
      do throws(SystemCallError) { inotify = try started() } catch {
        for request in requests { state.unwatched[request.path] = "\(error)" }
        continue
      }
      var added = await add(Array(requests), inotify)
      if added == nil {
        // One of them does not answer: each by itself, so that the others are watched.
        added = [:]
        for request in requests { added?.merge(await add([request], inotify) ?? [:]) { $1 } }
      }
      let changed = (added ?? [:]).filter { take($1, for: $0) }.keys.map(\.subscription)
      let new = requests.map(\.subscription).filter { subscriptions[$0]?.isTold == false }
      // What changed before the watch stood is seen by this look.
      for id in Set(changed + new) {
        subscriptions[id]?.isTold = true
        subscriptions[id]?.continuation.yield(Trigger())
      }
    }
    isAnchoring = false
    dropFree()
  }

  /// Nil when the worker came to no end with several.
  private func add(
    _ requests: [Request], _ inotify: Inotify
  ) async -> [Request: Result<[Inotify.Added], WatchProblem>]? {
    do {
      return try await worker.run { [files] in
        var mounts = OwnMounts()
        var added: [Request: Result<[Inotify.Added], WatchProblem>] = [:]
        for request in requests {
          added[request] = Result { try inotify.add(request.path, files: files, mounts: &mounts) }
            .mapError { WatchProblem("\($0)") }
        }
        return added
      }
    } catch {
      guard let only = requests.first, requests.count == 1 else { return nil }
      return [only: .failure(WatchProblem("\(error)"))]
    }
  }

  /// Whether the path is watched at other places than before.
  private func take(_ result: Result<[Inotify.Added], WatchProblem>, for request: Request) -> Bool {
    let before = anchors.remove(path: request.path, subscription: request.subscription)
    free.formUnion(before.free)
    switch result {
    case .failure(let problem):
      state.unwatched[request.path] = problem.text
      return false
    case .success(let added):
      state.unwatched[request.path] = nil
      for place in added {
        guard subscriptions[request.subscription] != nil else {
          free.insert(place.watch)
          continue
        }
        let anchor = Anchor(name: place.name, path: request.path, subscription: request.subscription)
        anchors.add(anchor, at: place.watch)
        if let directory = place.kept, kept[place.watch] == nil { kept[place.watch] = directory }
      }
      return Set(added.map(\.watch)) != Set(before.all)
    }
  }

  private func dropFree() {
    guard !isAnchoring else { return }
    for watch in free where !anchors.has(watch) {
      inotify?.remove(watch)
      kept[watch] = nil
    }
    free = []
  }

  private func started() throws(SystemCallError) -> Inotify {
    if inotify == nil { inotify = try Inotify() }
    guard let inotify else { throw SystemCallError("inotify_init1", code: EMFILE) }
    if source == nil {
      source = try EventSource.io(inotify.descriptor.raw, events: EventSource.readable) { [weak self] _ in
        self?.assumeIsolated { $0.receive() }
      }
    }
    return inotify
  }

  // MARK: events

  private func receive() {
    var touched: Set<Anchor> = []
    var moved: Set<Anchor> = []
    for event in inotify?.read() ?? [] {
      if event.isOverflow { state.overflows += 1 }
      // One of a watch that is being added is not known yet: it may be anybody's.
      let isAnybodys = event.isOverflow || (!anchors.has(event.watch) && !event.isEnd && isAnchoring)
      let anchors = isAnybodys ? anchors.all : anchors.touched(by: event)
      touched.formUnion(anchors)
      if isAnybodys || event.movesPlaces { moved.formUnion(anchors) }
    }
    // What was made, moved or removed may have moved the nearest directory.
    anchor(moved.map { Request(path: $0.path, subscription: $0.subscription) })
    for id in Set(touched.map(\.subscription)) { subscriptions[id]?.continuation.yield(Trigger()) }
  }
}

/// Why a path is not watched, in words.
private struct WatchProblem: Error {
  var text: String

  init(_ text: String) { self.text = text }
}
