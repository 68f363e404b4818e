import AgentTesting
import Glibc
import Testing

@testable import AgentHost

@Suite("HTTP probes of unix sockets", .timeLimit(.minutes(10)))
struct UnixProbeTests {
  private func serve(_ tree: TemporaryTree, _ path: String, _ body: String = "inside") throws -> SocketServer {
    try SocketServer(unix: tree.path + path) { connection in
      _ = connection.receive(upTo: "\r\n\r\n")
      connection.send("HTTP/1.0 200 OK\r\n\r\n\(body)")
    }
  }

  private func outcome(_ tree: TemporaryTree, _ path: String, forbidden: [String] = []) async throws
    -> HTTPProbeResult.Outcome
  {
    let request = HTTPProbeRequest(.unix(path), path: "/", deadlines: patient)
    return try await liveProbes(tree.path, forbidden: forbidden).get(request).outcome
  }

  @Test("a socket answers, also through links and from a path that is longer than an address may be")
  func answers() async throws {
    let long = "run/" + String(repeating: "d", count: 120)
    let tree = try TemporaryTree(["run/crio/keep": "", "var/keep": "", long + "/keep": ""])
    try tree.link("var/run", to: "/run")
    let server = try serve(tree, "/run/crio/crio.sock")
    try tree.link(long + "/link.sock", to: "../crio/crio.sock")
    for path in ["/run/crio/crio.sock", "/var/run/crio/crio.sock", "/\(long)/link.sock"] {
      #expect(try await outcome(tree, path).answer?.text == "inside")
    }
    withExtendedLifetime(server) {}
  }

  @Test("a link that leads out of the root stays inside")
  func confined() async throws {
    let (outside, tree) = (try TemporaryTree(), try TemporaryTree(["run/keep": ""]))
    let server = try serve(outside, "/s.sock", "outside")
    try tree.link("run/s.sock", to: outside.path + "/s.sock")
    #expect(try await outcome(tree, "/run/s.sock") == .failed(HTTPProbeFailure(.connect, .missing)))
    withExtendedLifetime(server) {}
  }

  @Test("what is no socket is named")
  func wrongKind() async throws {
    let tree = try TemporaryTree(["run/file": "", "run/dir/keep": ""])
    try tree.link("run/dangling", to: "nowhere")
    try tree.link("run/loop", to: "loop")
    mkfifo(tree.path + "/run/fifo", 0o600)
    let expected: [String: ProbeFailureReason] = [
      "/run/file": .other("is a regular file"), "/run/dir": .other("is a directory"),
      "/run/fifo": .other("is a FIFO"), "/run/dangling": .missing, "/run/none": .missing, "/none/s": .missing,
      "/run/file/s": .missing, "/run/loop": .other("a symbolic link goes round in circles or leads nowhere"),
    ]
    for (path, reason) in expected {
      #expect(try await outcome(tree, path) == .failed(HTTPProbeFailure(.connect, reason)), "\(path)")
    }
  }

  @Test("a socket that the agent may not open is denied")
  func denied() async throws {
    let tree = try TemporaryTree(["run/crio/keep": ""])
    let server = try serve(tree, "/run/crio/crio.sock")
    let outcome = try await outcome(tree, "/run/crio/crio.sock", forbidden: ["/run/crio"])
    #expect(outcome == .failed(HTTPProbeFailure(.connect, .denied)))
    #expect(outcome.failure?.description == "permission denied")
    withExtendedLifetime(server) {}
  }

  @Test("a socket file that a dead server left behind refuses")
  func stale() async throws {
    let tree = try TemporaryTree(["run/keep": ""])
    close(try SocketServer.unixListener(tree.path + "/run/s.sock"))
    #expect(try await outcome(tree, "/run/s.sock") == .failed(HTTPProbeFailure(.connect, .refused)))
  }

  @Test("a server that no longer accepts is told apart from one that is not there")
  func queueFull() async throws {
    let tree = try TemporaryTree(["run/keep": ""])
    let path = tree.path + "/run/s.sock"
    let listener = try SocketServer.unixListener(path, backlog: 1)
    defer { close(listener) }
    var waiting: [SocketConnection] = []
    while let next = try? SocketConnection(unix: path, waits: false) { waiting.append(next) }
    #expect(try await outcome(tree, "/run/s.sock") == .failed(HTTPProbeFailure(.connect, .queueFull)))
    withExtendedLifetime(waiting) {}
  }
}
