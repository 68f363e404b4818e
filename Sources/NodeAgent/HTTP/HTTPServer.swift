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
    on eventLoop: any EventLoop
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
