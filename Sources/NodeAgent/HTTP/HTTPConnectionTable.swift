import NIOCore

/// The open connections, within the limits; belongs to the server's event loop.
final class HTTPConnectionTable {
  /// Served connections: the one that has been longest without a complete request comes first.
  private var served: [HTTPConnection] = []
  /// Connections that are told that the server is full: the oldest comes first.
  private var refused: [HTTPConnection] = []
  private let limits: HTTPLimits

  /// Makes an empty table.
  init(limits: HTTPLimits) {
    self.limits = limits
  }

  /// Takes a connection in, at the expense of one that is not being answered; if there is none it is to be refused.
  func admit(_ channel: any Channel) -> HTTPConnection {
    let isFull = served.count >= limits.connections
    let victim = isFull ? served.first { $0.phase == .lingering } ?? served.first { $0.phase != .answering } : nil
    let connection = HTTPConnection(channel, isRefused: isFull && victim == nil, limits: limits)
    if connection.isRefused {
      if refused.count >= limits.refusals, let oldest = refused.first { close(oldest) }
      refused.append(connection)
    } else {
      if let victim { close(victim) }
      served.append(connection)
    }
    channel.closeFuture.assumeIsolated().whenComplete { [self] _ in remove(connection) }
    return connection
  }

  /// Notes that a connection has sent a complete request.
  func noteRequest(of connection: HTTPConnection) {
    guard let index = served.firstIndex(where: { $0 === connection }) else { return }
    served.append(served.remove(at: index))
  }

  /// Closes all connections.
  func closeAll() {
    for connection in served + refused { close(connection) }
  }

  private func close(_ connection: HTTPConnection) {
    remove(connection)
    connection.close()
  }

  private func remove(_ connection: HTTPConnection) {
    connection.retire()
    served.removeAll { $0 === connection }
    refused.removeAll { $0 === connection }
  }
}
