import AgentCore
import AgentHost
import Logging
import NIOCore

/// The lasting agent: engine and HTTP server, until a signal ends both.
struct Daemon: Sendable {
  let session: AgentSession
  let loop: AgentHost.EventLoop
  let logger: Logger

  /// - Throws: ``CommandError`` when an address cannot be listened on.
  func run(listen: [ListenAddress], until ending: AsyncStream<Signals.Ending>) async throws -> Int32 {
    let addresses = listen.isEmpty ? session.configuration.settings.listen : listen
    let server = try await start(addresses)
    greet(server.addresses)
    var engine = session.engine
    let log = TransitionLog(logger: logger)
    engine.announce = { log.write($0) }
    let watching = Task(executorPreference: loop) { [engine] in await engine.run() }
    for await signal in ending {
      logger.notice("ending on \(signal == .interrupt ? "SIGINT" : "SIGTERM")")
      break
    }
    watching.cancel()
    try await server.shutdown()
    return 0
  }

  private func start(_ addresses: [ListenAddress]) async throws -> HTTPServer {
    do {
      let routes = AgentRoutes(session: session).routes
      return try await HTTPServer.start(listen: addresses, routes: routes, on: session.network.eventLoop)
    } catch {
      throw CommandError.failed("\(error)")
    }
  }

  private func greet(_ addresses: [ListenAddress]) {
    let roles = session.roles.sorted().map(\.rawValue).joined(separator: ", ")
    let places = addresses.map(\.description).joined(separator: ", ")
    let version = AgentBuild.current.version
    logger.notice("nodeagent \(version) watches \(session.identity.name) as \(roles), listening on \(places)")
  }
}
