import AgentCore
import AgentTesting
import Foundation
import Testing

@testable import AgentHost

/// Real inotify on real files; every wait ends with the event it waits for.
@Suite(.timeLimit(.minutes(10))) struct FileWatcherTests {
  /// Watches paths below a tree; `change` is followed by a trigger or the test does not end.
  private func watch(
    _ tree: TemporaryTree, _ paths: [String], _ body: @Sendable @escaping (Changes) async throws -> Void
  ) async throws {
    try await withLoop { loop in
      let files = HostFiles(root: try HostRoot(tree.path, mode: .live))
      let watcher = FileWatcher(loop: loop, worker: try Worker(loop: loop), files: files)
      let changes = Changes(watcher.changes(of: paths))
      await changes.next()
      try await body(changes)
      #expect(await watcher.health() == FileWatcher.Health())
    }
  }

  /// The triggers of a watch, one after the other.
  private final class Changes {
    private var iterator: AsyncStream<Trigger>.Iterator

    init(_ stream: AsyncStream<Trigger>) { iterator = stream.makeAsyncIterator() }

    func next() async { _ = await iterator.next(isolation: #isolation) }
  }

  @Test func aFileThatIsWrittenReplacedRemovedAndMadeAgainIsSeen() async throws {
    let tree = try TemporaryTree(["etc/fstab": "1"])
    try await watch(tree, ["/etc/fstab"]) { changes in
      try tree.write("etc/fstab", "2")
      await changes.next()
      try tree.write("etc/new", "3")
      rename(tree.path + "/etc/new", tree.path + "/etc/fstab")
      await changes.next()
      try tree.remove("etc/fstab")
      await changes.next()
      try tree.write("etc/fstab", "4")
      await changes.next()
    }
  }

  @Test func aDirectoryThatIsMadeLaterIsSeenWithItsFiles() async throws {
    let tree = try TemporaryTree(["etc/x": ""])
    try await watch(tree, ["/etc/sysctl.d"]) { changes in
      mkdir(tree.path + "/etc/sysctl.d", 0o755)
      await changes.next()
      try tree.write("etc/sysctl.d/10.conf", "a=1")
      await changes.next()
      try tree.remove("etc/sysctl.d")
      await changes.next()
      try tree.write("etc/sysctl.d/20.conf", "a=2")
      await changes.next()
    }
  }

  @Test func whatHappensBesideTheWatchedNameIsNoTrigger() async throws {
    let tree = try TemporaryTree(["etc/fstab": "1"])
    try await withLoop { loop in
      let watcher = FileWatcher(
        loop: loop, worker: try Worker(loop: loop), files: HostFiles(root: try HostRoot(tree.path, mode: .live)))
      let all = Changes(watcher.changes(of: ["/etc"]))
      await all.next()
      let count = Guarded(0)
      let counting = Task(executorPreference: loop) {
        for await _ in watcher.changes(of: ["/etc/fstab"]) { count.withLock { $0 += 1 } }
      }
      while count.withLock({ $0 }) == 0 { await Task.yield() }
      try tree.write("etc/other", "x")
      await all.next()
      #expect(count.withLock { $0 } == 1)
      try tree.write("etc/fstab", "2")
      while count.withLock({ $0 }) == 1 { await Task.yield() }
      counting.cancel()
    }
  }

  @Test func anAbsoluteLinkIsWatchedInsideTheRoot() async throws {
    let tree = try TemporaryTree(["real/conf/a": "1"])
    try tree.link("etc", to: "/real/conf")
    try await watch(tree, ["/etc/a"]) { changes in
      try tree.write("real/conf/a", "2")
      await changes.next()
    }
  }
}

/// Nothing keeps a file system of the host busy: it can be unmounted while the agent runs.
@Suite(.timeLimit(.minutes(10))) struct WatchedFileSystemTests {
  /// The paths that this process has open below a directory.
  private func open(below directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
      try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
    }.filter { $0.hasPrefix(directory + "/") }
  }

  @Test func aDirectoryIsWatchedAndNotKeptOpenButOneOfTheKernelIs() async throws {
    let tree = try TemporaryTree(["boot/firmware/config.txt": "1"])
    try await withLoop { loop in
      let worker = try Worker(loop: loop)
      let own = FileWatcher(loop: loop, worker: worker, files: HostFiles(root: try HostRoot(tree.path, mode: .live)))
      for await _ in own.changes(of: ["/boot/firmware/config.txt"]) { break }
      #expect(try open(below: tree.path).isEmpty)
      let kernel = FileWatcher(loop: loop, worker: worker, files: HostFiles(root: try HostRoot("/", mode: .live)))
      for await _ in kernel.changes(of: ["/proc/sys/net/ipv4/ip_forward"]) { break }
      #expect(try open(below: "/proc/sys").contains("/proc/sys/net/ipv4"))
      #expect(await own.health().unwatched.isEmpty)
      #expect(await kernel.health().unwatched.isEmpty)
    }
  }
}

@Suite struct InotifyPlacesTests {
  @Test func theNearestDirectoryComesFirst() {
    let places = Inotify.places(of: "/etc/sysctl.d/10.conf")
    #expect(places.map(\.directory) == ["/etc/sysctl.d/10.conf", "/etc/sysctl.d", "/etc", "/"])
    #expect(places.map(\.name) == [nil, "10.conf", "sysctl.d", "etc"])
    #expect(places.map(\.isEnough) == [false, true, true, true])
  }
}
