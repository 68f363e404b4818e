@testable import AgentText
import AgentTesting
import Foundation

@testable import AgentHost
@testable import AgentKnowledge

/// A tree with a stand-in for CRI-O's socket.
struct CRIOStandIn: Sendable {
  static let info = #"{"storage_root":"/var/lib/containers/storage","cgroup_driver":"systemd"}"#
  static let configuration = "[crio]\nroot = \"/r\"\n[crio.network]\nnetwork_dir = \"/n\"\n"

  let tree: TemporaryTree
  private let server: SocketServer

  /// - Parameter serve: what it does once the request is there; answers unless given.
  init(_ serve: (@Sendable (SocketConnection, _ request: String) -> Void)? = nil) throws {
    tree = try TemporaryTree(["run/crio/keep": "", "run/nodeagent/keep": ""])
    server = try SocketServer(unix: tree.path + CRIOReport.socket) { connection in
      let request = connection.receive(upTo: "\r\n\r\n")
      if let serve { return serve(connection, request) }
      Self.answer(request.hasPrefix("GET /info ") ? Self.info : Self.configuration, on: connection)
    }
  }

  static func answer(_ body: String, on connection: SocketConnection) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
  }

  var probes: any HTTPProbes { get throws { try liveProbes(tree.path) } }

  /// The agent's side; denied what the recording forbids, as another user would be.
  func helper(forbidden: [String] = ["/run/crio"], mode: HostRoot.Mode = .live) throws -> PrivilegedHelper {
    let files = HostFiles(root: try HostRoot(tree.path, mode: mode), forbidden: forbidden)
    let worker = try Worker()
    return PrivilegedHelper(network: testNetwork, sources: testSources(files: files, worker: worker))
  }

  /// Serves on the helper's socket in the tree while `body` runs.
  func serving<T>(_ body: () async throws -> T) async throws -> T {
    try await serving(idleTime: .seconds(600)) { end in
      let result = try await body()
      end.cancel()
      return result
    }
  }

  /// Serves on the helper's socket in the tree while `body` runs, then until the server ends.
  func serving<T>(idleTime: Duration, _ body: (Task<Void, any Error>) async throws -> T) async throws -> T {
    let listener = try SocketServer.unixListener(helperPath)
    let loop = try EventLoop()
    Thread { try? loop.run() }.start()
    defer { loop.stop() }
    let files = HostFiles(root: try HostRoot(tree.path, mode: .live))
    let sources = testSources(files: files, worker: try Worker(), loop: loop)
    let server = HelperServer(loop: loop, network: testNetwork, idleTime: idleTime) {
      await HelperRequests.answer($0, asking: sources)
    }
    let end = Task(executorPreference: loop) { try await server.serve(listener) }
    let result = try await body(end)
    try await end.value
    return result
  }

  var helperPath: String { tree.path + HelperProtocol.socket }
}

/// What can be asked in a tree.
func testSources(files: HostFiles, worker: Worker, loop: EventLoop? = nil) -> HelperSources {
  HelperSources(
    files: files, worker: worker,
    probes: LiveHTTPProbes(files: files, worker: worker, network: testNetwork),
    mounts: loop.map { LiveMountProbes(loop: $0, files: files, worker: worker) } ?? RecordedMountProbes([:]),
    clock: ManualClock())
}
