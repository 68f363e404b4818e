import AgentHost
import NIOCore

/// The agent's HTTP/1 server: a few small pages, for clients that need not be trusted.
///
/// Everything runs on one event loop; no timer runs while no connection is open, so an idle agent does not wake up.
struct HTTPServer: Sendable {
  /// What is listened on, with the ports that the kernel chose.
  let addresses: [ListenAddress]
  private let listeners: [any Channel]
  private let table: NIOLoopBound<HTTPConnectionTable>

  /// Listens on every address, or on none: the first failure closes what was opened.
  ///
  /// - Parameter eventLoop: serves the connections; it stays the caller's and outlives the server.
  static func start(
    listen addresses: [ListenAddress], routes: HTTPRoutes, limits: HTTPLimits = HTTPLimits(),
    on eventLoop: any NIOCore.EventLoop
  ) async throws -> HTTPServer {
    let table = try await eventLoop.submit {
      NIOLoopBound(HTTPConnectionTable(limits: limits), eventLoop: eventLoop)
    }.get()
    let listener = HTTPListener(eventLoop: eventLoop, table: table, routes: routes, limits: limits)
    var listeners: [any Channel] = []
    do {
      for (index, address) in addresses.enumerated() where !addresses[..<index].contains(address) {
        listeners.append(try await listener.listen(on: address, among: addresses))
      }
    } catch {
      for channel in listeners { try? await channel.close().get() }
      throw error
    }
    return HTTPServer(
      addresses: listeners.compactMap { $0.localAddress.flatMap { ListenAddress($0) } }, listeners: listeners,
      table: table)
  }

  /// Stops listening and closes all connections, whatever they are doing.
  func shutdown() async throws {
    guard let eventLoop = listeners.first?.eventLoop else { return }
    try await eventLoop.submit { [listeners, table] in
      for channel in listeners { channel.close(promise: nil) }
      table.value.closeAll()
    }.get()
  }
}

/// What one client may cost the agent.
struct HTTPLimits: Sendable, Hashable {
  /// Connections that are served at once.
  var connections = 64
  /// Connections beyond those that are being told so, before further ones are closed without a word.
  var refusals = 8
  /// The size of a request's line and fields, in bytes.
  var headSize = 16 * 1024
  /// The size of a request's body, in bytes: it is read and thrown away.
  var bodySize = 64 * 1024
  /// Requests that one client sends ahead of the answers: more than its receive buffer's worth is no honest client.
  var pipelinedRequests = 256
  /// The time from a connection's beginning, or from a later request's first byte, to the request's end.
  var requestTime = TimeAmount.seconds(5)
  /// The time from an answer's end to the next request's first byte.
  var idleTime = TimeAmount.minutes(5)
  /// The time that a client may take to accept an answer.
  var answerTime = TimeAmount.seconds(10)
  /// The time that a client gets to read the last answer before the connection is torn down.
  var lingerTime = TimeAmount.seconds(1)
}

/// Why the server cannot serve.
enum HTTPServerError: Error, Sendable, Hashable, CustomStringConvertible {
  /// An address could not be listened on.
  case cannotListen(ListenAddress, reason: String)

  /// An address and the error that listening on it gave.
  static func cannotListen(_ address: ListenAddress, _ error: any Error) -> HTTPServerError {
    guard let error = error as? IOError else { return .cannotListen(address, reason: "\(error)") }
    let words = SystemCallError("bind", code: error.errnoCode).description.dropFirst("bind: ".count)
    return .cannotListen(address, reason: words.prefix(1).lowercased() + words.dropFirst())
  }

  /// The error in one line.
  var description: String {
    switch self {
    case .cannotListen(let address, let reason):
      "cannot listen on \(address): \(reason); name an address of this host and a free port with --listen HOST:PORT or "
        + "'listen' in the configuration (who has a port: ss -ltnp 'sport = :\(address.port)')"
    }
  }
}
