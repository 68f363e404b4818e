import NIOCore
import NIOPosix

@testable import NodeAgent

/// Serves on a free port of `127.0.0.host` while `body` runs.
func withServer<Result>(
  host: UInt32 = 1, limits: HTTPLimits = HTTPLimits(), routes: HTTPRoutes = testRoutes,
  _ body: (HTTPServer, UInt16) async throws -> Result
) async throws -> Result {
  try await withEventLoop { eventLoop in
    let server = try await HTTPServer.start(
      listen: [ListenAddress(.ipv4("127.0.0.\(host)"), port: 0)], routes: routes, limits: limits, on: eventLoop)
    let result: Result
    do {
      result = try await body(server, server.addresses[0].port)
    } catch {
      try await server.shutdown()
      throw error
    }
    try await server.shutdown()
    return result
  }
}

/// Runs `body` with an event loop of its own.
func withEventLoop<Result>(_ body: (any EventLoop) async throws -> Result) async throws -> Result {
  let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  let result: Result
  do {
    result = try await body(group.next())
  } catch {
    try await group.shutdownGracefully()
    throw error
  }
  try await group.shutdownGracefully()
  return result
}

/// `/metrics` says hello, `/echo` tells what the route was given, `/big` is more than sockets hold.
let testRoutes = HTTPRoutes([
  "/metrics": { _ in .text("hello") },
  "/echo": { request in .text("\(request.path)|\(request.isLoopback)") },
  "/big": { _ in HTTPResponse(contentType: "text/plain", body: bigPage) },
])

/// Larger than the kernel's largest send buffer (net.ipv4.tcp_wmem), so that writing it has to wait for the client.
let bigPage = [UInt8](repeating: UInt8(ascii: "x"), count: 8 << 20)
