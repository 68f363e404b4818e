import NIOCore
import NIOHTTP1
import NIOPosix

/// Opens the server's sockets and sets up what arrives on them.
struct HTTPListener: Sendable {
  /// Accepts and serves.
  let eventLoop: any EventLoop
  /// The server's connections, from all its sockets.
  let table: NIOLoopBound<HTTPConnectionTable>
  /// What is served.
  let routes: HTTPRoutes
  /// What one client may cost.
  let limits: HTTPLimits

  /// Listens on one of the server's addresses.
  ///
  /// - Throws: ``HTTPServerError``.
  func listen(on address: ListenAddress, among all: [ListenAddress]) async throws -> any Channel {
    let ipv4Wildcard = ListenAddress(.ipv4("0.0.0.0"), port: address.port)
    do {
      switch address.host {
      case .ipv4(let host): return try await bind(host, port: address.port, isIPv6Only: nil)
      case .ipv6(let host): return try await bind(host, port: address.port, isIPv6Only: all.contains(ipv4Wildcard))
      case .all: break
      }
      do {
        return try await bind("::", port: address.port, isIPv6Only: all.contains(ipv4Wildcard))
      } catch let error as IOError where Self.isWithoutIPv6(error) {
        return try await bind("0.0.0.0", port: address.port, isIPv6Only: nil)
      }
    } catch {
      throw HTTPServerError.cannotListen(address, error)
    }
  }

  private func bind(_ host: String, port: UInt16, isIPv6Only: Bool?) async throws -> any Channel {
    var bootstrap = ServerBootstrap(group: eventLoop)
      .serverChannelOption(.backlog, value: 256)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      // A client may close its sending side and still wait for the answer.
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      // One small read at a time bounds what a client can send ahead of the answers.
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 4096))
      .childChannelInitializer { channel in channel.eventLoop.makeCompletedFuture { try setUp(channel) } }
    if let isIPv6Only {
      // Said either way: the default is the administrator's (net.ipv6.bindv6only).
      bootstrap = bootstrap.serverChannelOption(
        ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only), value: isIPv6Only ? 1 : 0)
    }
    return try await bootstrap.bind(to: SocketAddress(ipAddress: host, port: Int(port))).get()
  }

  private func setUp(_ channel: any Channel) throws {
    let connection = table.value.admit(channel)
    var decoding = NIOHTTPDecoderLimitConfiguration()
    decoding.maxHeaderFieldSize = limits.headSize
    decoding.maxHeaderListSize = limits.headSize
    try channel.pipeline.syncOperations.addHandlers([
      HTTPResponseEncoder(),
      HTTPInputHandler(connection, limits: limits),
      ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: decoding)),
      HTTPRequestHandler(connection, in: table.value, routes: routes, limits: limits),
    ])
  }

  /// EAFNOSUPPORT or EADDRNOTAVAIL (asm-generic/errno.h): the kernel runs without IPv6.
  private static func isWithoutIPv6(_ error: IOError) -> Bool {
    error.errnoCode == 97 || error.errnoCode == 99
  }
}
