import AgentCore
import AgentHost
import AgentTesting
import ArgumentParser
import Glibc
import Testing

@testable import NodeAgent

/// What `doctor` makes of whoever answers where its daemon would.
@Suite(.timeLimit(.minutes(5))) struct DaemonHistoryTests {
  private static let report = #"""
    {"schema_version": 1, "moves": [{"at": "2026-11-21T03:00:00Z", "address": "192.0.2.1",
      "from": "52:54:00:00:00:01", "to": "52:54:00:00:00:02", "seconds": 1.5}]}
    """#

  private func ask(_ listen: [String]) async throws -> [Move] {
    let addresses = try listen.map(ListenAddress.init(parsing:))
    return try await withLoop { loop in
      let options = try ObservingOptions.parse(["--only", "swap"])
      let session = try await SessionBuilder(options: options, loop: loop, isLasting: false).build()
      return await DaemonHistory(host: session.host, listen: addresses).moves()
    }
  }

  private func ask(_ serve: @escaping @Sendable (SocketConnection) -> Void) async throws -> [Move] {
    let server = try SocketServer(serve)
    return try await ask(["127.0.0.1:\(server.port)"])
  }

  private static func answer(_ body: String, status: String = "200 OK") -> String {
    "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  @Test func theDaemonsMovesAreTakenOver() async throws {
    let moves = try await ask { connection in
      guard connection.receive(upTo: "\r\n\r\n").hasPrefix("GET /status HTTP/1.1\r\n") else { return }
      connection.send(Self.answer(Self.report))
    }
    #expect(moves.map(\.to) == ["52:54:00:00:00:02"] && moves.first?.gap == .milliseconds(1500))
  }

  @Test(arguments: [
    answer("ok"), answer(report, status: "403 Forbidden"), answer(report, status: "302 Found"), "SSH-2.0-x\r\n", "",
    "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n" + report,
  ]) func anotherServerSaysNothing(text: String) async throws {
    let moves = try await ask { connection in
      _ = connection.receive(upTo: "\r\n\r\n")
      connection.send(text)
    }
    #expect(moves.isEmpty)
  }

  @Test func aServerThatSaysNothingIsLeft() async throws {
    let (descriptor, port) = try SocketServer.tcpListener(backlog: 8)
    #expect(try await ask(["127.0.0.1:\(port)"]).isEmpty)
    close(descriptor)
    #expect(try await ask(["127.0.0.1:\(port)"]).isEmpty, "nobody listens")
  }

  @Test func anAnswerWithoutEndIsCut() async throws {
    let moves = try await ask { connection in
      _ = connection.receive(upTo: "\r\n\r\n")
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n" + Self.report)
      let block = String(repeating: " ", count: 1 << 16)
      for _ in 0..<(1 << 14) where !connection.send(block) { return }
    }
    #expect(moves.isEmpty)
  }

  @Test(
    arguments: [
      (["0.0.0.0:19100"], ["127.0.0.1:19100"]), ([":19101"], ["127.0.0.1:19101"]), (["[::]:1"], ["127.0.0.1:1"]),
      (["[::1]:1", "127.0.0.2:2"], ["[::1]:1", "127.0.0.2:2"]), (["192.168.100.231:19100"], []),
      (["127.0.0.1:0"], []), (["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"], ["127.0.0.1:1", "127.0.0.1:2"]),
      ([], []),
    ] as [([String], [String])]) func itIsAskedOnLoopbackOnly(listen: [String], targets: [String]) throws
  {
    let addresses = try listen.map(ListenAddress.init(parsing:))
    #expect(DaemonHistory.targets(addresses).map(\.description) == targets)
  }

  /// Whether a server was asked.
  private final class Asked: Sendable {
    private let flag = Guarded(false)
    var isTrue: Bool { flag.withLock(\.self) }
    func set() { flag.withLock { $0 = true } }
  }

  @Test func anotherHostThanThisMachineHasNoDaemonHere() throws {
    let asked = Asked()
    let server = try SocketServer { _ in asked.set() }
    let tree = try TemporaryTree([
      "recorded.yaml": "time: 1795230000\n", "c.yaml": "listen: 127.0.0.1:\(server.port)\n",
    ])
    for probe in ["recorded", "live"] {
      let result = try Program.run(
        "doctor", "--verbose", "--only", "links.state", "--root", tree.path, "--probe", probe, "--config",
        tree.path + "/c.yaml")
      #expect(result.output.contains("links.state") && !asked.isTrue)
    }
  }

  @Test func onThisMachineItIsAskedWhenSomebodyWantsToSeeIt() throws {
    let asked = Asked()
    let server = try SocketServer { connection in
      asked.set()
      _ = connection.receive(upTo: "\r\n\r\n")
      connection.send(Self.answer(Self.report))
    }
    let tree = try TemporaryTree(["c.yaml": "listen: 127.0.0.1:\(server.port)\n"])
    let doctor = { (arguments: [String]) in
      try Program.start(["doctor", "--config", tree.path + "/c.yaml"] + arguments).finish().output
    }
    #expect(!(try doctor(["--only", "links.state"])).contains("moves of"))
    #expect(!(try doctor(["--verbose", "--only", "swap.policy"])).contains("moves of"))
    #expect(!asked.isTrue)
    #expect(
      try doctor(["--verbose", "--only", "links.state"]).contains(
        "moves of 192.0.2.1 (newest first)\n  2026-11-21T03:00:00Z  52:54:00:00:00:01 → 52:54:00:00:00:02"))
    #expect(try doctor(["--verbose", "--only", "links.state", "-o", "json"]).contains("\"moves\" : ["))
  }
}
