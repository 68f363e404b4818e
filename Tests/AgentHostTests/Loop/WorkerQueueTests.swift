import Testing

@testable import AgentHost

/// The worker's decisions, by a clock that the test sets.
@Suite struct WorkerQueueTests {
  private static let second: Int64 = 1_000_000_000

  private final class Failures: Sendable {
    let all = Guarded<[String]>([])

    func job(_ name: String) -> WorkerJob {
      WorkerJob(run: {}, fail: { [all] error in all.withLock { $0.append("\(name): \(error)") } })
    }
  }

  /// A queue whose threads each hang at a path, and what is due then.
  private final class Bench {
    var queue = WorkerQueue()
    let failures = Failures()
    var thread: UInt64
    var now: Int64 = 0

    init() { thread = queue.begin() }

    /// The active thread takes a piece of work that comes to a path; whether it may go there.
    func take(_ path: String) -> Bool {
      let isTaken = add(path) == nil
      let isBegun = queue.next(for: thread, at: now) != nil
      #expect(isTaken && isBegun)
      return queue.enter(path, thread) == nil
    }

    func add(_ name: String) -> Worker.Failure? { queue.add(failures.job(name), at: now).refusal }

    /// Whether the thread goes on.
    func end(_ thread: UInt64) -> Bool { queue.ended(thread) }

    func look(after seconds: Double) -> WorkerQueue.Due {
      now += Int64(seconds * 1e9)
      let due = queue.look(at: now)
      for (job, failure) in due.late { job.fail(failure) }
      if let held = due.held { thread = queue.relieve(held) }
      return due
    }
  }

  @Test func whatIsShortIsLeftAlone() {
    let bench = Bench()
    #expect(bench.queue.isIdle)
    #expect(bench.take("/etc/fstab"))
    #expect(!bench.queue.isIdle)
    #expect(bench.look(after: 0.4).held == nil)
    #expect(bench.end(1) && bench.queue.isIdle)
    #expect(bench.look(after: 1).next == nil)
    #expect(bench.queue.health == Worker.Health())
  }

  @Test func anotherThreadGoesOnAndTheHeldOneEndsWhenItComesBack() {
    let bench = Bench()
    #expect(bench.take("/var/lib/dpkg/status"))
    #expect(bench.look(after: 0.5).held == 1)
    // Slow is no fault yet, and nothing is called unread.
    #expect(bench.thread == 2 && bench.queue.health == Worker.Health())
    // It may only be slow: others try the same file.
    #expect(bench.take("/var/lib/dpkg/status"))
    #expect(bench.end(2))
    #expect(bench.take("/etc/fstab"))
    #expect(bench.end(2))
    #expect(!bench.end(1), "its place is taken")
    #expect(bench.queue.health.unread.isEmpty)
    #expect(bench.take("/var/lib/dpkg/status"), "it answers again")
  }

  @Test func workThatIsNoWaitForAFileKeepsNobodyFromIt() {
    let bench = Bench()
    #expect(bench.take("/proc/1/mountstats"))
    bench.queue.leave(1)
    _ = bench.look(after: 0.5)
    bench.queue.found(HeldPlace(path: "/proc/1/mountstats", mount: "/proc"), of: 1)
    _ = bench.look(after: 10)
    #expect(bench.queue.health == Worker.Health(abandoned: 1, unread: []))
    #expect(bench.take("/proc/swaps"))
  }

  @Test func whoAskedIsToldAfterTenSeconds() {
    let bench = Bench()
    #expect(bench.take("/mnt/x"))
    _ = bench.look(after: 0.5)
    // The others' work is done, and its time is kept all the same.
    #expect(bench.take("/etc/x") && bench.end(2))
    #expect(bench.queue.isIdle && !bench.queue.isQuiet)
    #expect(bench.look(after: 9).late.isEmpty)
    #expect(bench.look(after: 0.5).late.count == 1)
    #expect(bench.failures.all.withLock { $0 } == ["/mnt/x: /mnt/x: its file system did not answer within 10 s"])
    #expect(bench.queue.health.abandoned == 1)
    #expect(bench.queue.isQuiet)
    #expect(bench.look(after: 10).late.isEmpty, "told once")
  }

  @Test(arguments: [true, false]) func aForeignFileSystemIsLeftAtOnceALocalOneWhenItIsGivenUp(isLocal: Bool) {
    let bench = Bench()
    #expect(bench.take("/data/a"))
    _ = bench.look(after: 0.5)
    bench.queue.found(HeldPlace(path: "/data/a", mount: "/data", isLocal: isLocal), of: 1)
    #expect(bench.queue.health.unread == (isLocal ? [] : ["/data/a"]))
    #expect(bench.take("/data/b") == isLocal)
    #expect(bench.end(2))
    #expect(bench.take("/database"))
    #expect(bench.end(2))
    _ = bench.look(after: 10)
    #expect(!bench.take("/data/c"))
    #expect(bench.end(2))
    #expect(bench.take("/etc/x"))
  }

  @Test func fourThatAreGivenUpEndTheReading() {
    let bench = Bench()
    for path in ["/a/1", "/b/1", "/c/1", "/d/1"] {
      #expect(bench.take(path))
      #expect(bench.look(after: 5).held != nil)
    }
    _ = bench.look(after: 20)
    #expect(bench.queue.health.abandoned == 4 && bench.queue.health.unread == ["/a/1", "/b/1", "/c/1", "/d/1"])
    #expect(bench.add("x") == .exhausted(paths: ["/a/1", "/b/1", "/c/1", "/d/1"]))
    // One comes back: there is room again.
    #expect(!bench.end(2))
    #expect(bench.take("/b/1"))
  }

  @Test func eachFurtherOneIsWaitedForTwiceAsLong() {
    let bench = Bench()
    let times = ["/a", "/b", "/c", "/d"].map { path in
      #expect(bench.take(path))
      var time = 0.0
      while bench.look(after: 0.5).held == nil, time < 20 { time += 0.5 }
      return time + 0.5
    }
    #expect(times == [0.5, 1, 2, 4])
    // A fifth is not left: there is no further thread.
    #expect(bench.take("/e"))
    #expect(bench.look(after: 30).held == nil)
  }

  @Test func whatWaitsBehindThemAllIsToldToo() {
    let bench = Bench()
    #expect(bench.take("/a"))
    #expect(bench.add("behind") == nil)
    bench.now += 10 * Self.second
    let due = bench.queue.look(at: bench.now)
    #expect(due.late.map(\.1) == [.noAnswer(path: nil, within: .seconds(10))])
  }

  @Test func whoGivesUpIsNotWaitedFor() {
    let bench = Bench()
    let jobs = [bench.failures.job("running"), bench.failures.job("waiting")]
    for job in jobs { _ = bench.queue.add(job, at: 0) }
    _ = bench.queue.next(for: 1, at: 0)
    for job in jobs { bench.queue.giveUp(job) }
    // Short work of a caller that went is no thread in trouble.
    #expect(bench.look(after: 0.4).held == nil)
    #expect(bench.queue.health.abandoned == 0)
    #expect(bench.look(after: 0.1).held == 1)
    #expect(bench.queue.health.abandoned == 1)
    #expect(bench.queue.isIdle, "what waited is dropped")
  }

  @Test func withoutAFurtherThreadTheHeldOneGoesOn() {
    let bench = Bench()
    #expect(bench.take("/a"))
    let held = bench.queue.look(at: Self.second).held
    #expect(held == 1)
    _ = bench.queue.relieve(1)
    bench.queue.takeBack(1)
    #expect(bench.queue.health == Worker.Health())
    #expect(bench.end(1) && bench.take("/b"))
  }
}
