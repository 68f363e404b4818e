import AgentCore
import AgentTesting
import Testing

@testable import AgentHost
@testable import AgentKnowledge
@testable import AgentPlugins

/// What one look does about an answer that is missing.
@Suite(.timeLimit(.minutes(5))) struct NFSDoctorTests {
  private typealias Support = NFSSupport

  /// How the only server of a host is judged that lets its first callers wait for ever.
  private func server(silences: Int, isLasting: Bool) async throws -> (verdict: Verdict, calls: Int) {
    let calls = Counter()
    let server = try SocketServer { connection in
      let call = connection.receive(count: 44)
      if calls.next() > silences {
        connection.send([0x80, 0, 0, 24] + call[4..<8] + [0, 0, 0, 1] + [UInt8](repeating: 0, count: 16))
      }
      connection.receiveAll()
    }
    defer { withExtendedLifetime(server) {} }
    let mount = Support.mount(
      40, "0:52", at: "/mnt/nas", "127.0.0.1:/srv", "rw,vers=4.2,addr=127.0.0.1,port=\(server.port)")
    let tree = try TemporaryTree(["proc/1/mountinfo": "\(Support.root)\n\(mount)\n", "proc/1/mountstats": ""])
    return try await withLoop { loop in
      let files = HostFiles(root: try HostRoot(tree.path, mode: .live))
      let worker = try Worker()
      let overrides = RoundOverrides(isLasting: isLasting)
      let host = Host(
        files: files, roles: [.worker], worker: worker, events: .none,
        kubelet: KubeletSource(files: files, worker: worker), agent: Ignorance(),
        sources: .live(
          files: files, worker: worker, loop: loop, clock: LoopClock(loop: loop), isLasting: isLasting),
        overrides: overrides)
      let plugin = NFSPlugin(host: host, settings: try Support.nfsSettings(""))
      let verdicts = plugin.judge(try await plugin.observe(at: TestHost.time))
      return (try verdicts.of("nfs.server"), calls.value)
    }
  }

  @Test func aServerThatMissedOneAnswerIsAskedAgain() async throws {
    let (verdict, calls) = try await server(silences: 1, isLasting: false)
    #expect(verdict.state == .ok && calls == 2, "\(verdict)")
  }

  @Test func aServerThatMissesBothIsDown() async throws {
    let (verdict, calls) = try await server(silences: 2, isLasting: false)
    #expect(verdict.state == .failing && verdict.summary.contains("takes connections") && calls == 2, "\(verdict)")
  }

  @Test func theDaemonHasItsNextRoundForThat() async throws {
    let (verdict, calls) = try await server(silences: 1, isLasting: true)
    #expect(verdict.state == .failing && calls == 1, "\(verdict)")
  }
}

/// Counts, from any thread.
private final class Counter: Sendable {
  private let count = Guarded(0)

  var value: Int { count.withLock { $0 } }

  func next() -> Int {
    count.withLock {
      $0 += 1
      return $0
    }
  }
}

/// An agent that knows nothing of itself.
private struct Ignorance: AgentIntrospection {
  func rounds() -> [RoundStatus] { [] }
  func requirements() -> [Requirement] { [] }
  func droppedLogEntries() -> Int { 0 }
  func reading() -> Worker.Health { Worker.Health() }
  func fileWatching() async -> FileWatcher.Health? { nil }
}
