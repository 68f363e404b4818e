import NIOCore
import Testing

@testable import NodeAgent

@Suite(.timeLimit(.minutes(10))) struct HTTPServerLifeTests {
  private static let loopback = ListenAddress(.ipv4("127.0.0.1"), port: 0)

  @Test func shutdownClosesEveryConnectionWhateverItDoes() async throws {
    try await withServer(host: 3) { server, port in
      let silent = try TestClient(host: 3, port: port)
      let begun = try TestClient(host: 3, port: port)
      try begun.send("GET /metr")
      let idle = try TestClient(host: 3, port: port)
      #expect(try idle.get("/metrics").status == 200)
      let answered = try TestClient(host: 3, port: port, receiveBuffer: 4096)
      try answered.send("GET /big HTTP/1.1\r\nHost: test\r\n\r\n")
      try answered.beginning()
      try await server.shutdown()
      for client in [silent, begun, idle] { #expect(try client.end() == "") }
      #expect(try answered.end().utf8.count < bigPage.count)
      #expect(throws: TestClient.Failure.self) { try TestClient(host: 3, port: port) }
    }
  }

  @Test func aPortInUseIsAClearError() async throws {
    try await withServer { server, port in
      let taken = server.addresses[0]
      let error = await #expect(throws: HTTPServerError.self) {
        try await withEventLoop { eventLoop in
          try await HTTPServer.start(listen: [taken], routes: testRoutes, on: eventLoop)
        }
      }
      #expect(error?.description.hasPrefix("cannot listen on 127.0.0.1:\(port): address already in use; ") == true)
    }
  }

  @Test func anAddressThatIsNotTheHostsIsAClearError() async throws {
    let foreign = ListenAddress(.ipv4("192.0.2.1"), port: 1)
    let error = await #expect(throws: HTTPServerError.self) {
      try await withEventLoop { try await HTTPServer.start(listen: [foreign], routes: testRoutes, on: $0) }
    }
    #expect(error?.description.hasPrefix("cannot listen on 192.0.2.1:1: cannot assign requested address; ") == true)
  }

  @Test func oneFailureClosesWhatWasOpened() async throws {
    try await withServer { server, port in
      try await withEventLoop { eventLoop in
        let both = [ListenAddress(.ipv4("127.0.0.2"), port: port), server.addresses[0]]
        await #expect(throws: HTTPServerError.self) {
          try await HTTPServer.start(listen: both, routes: testRoutes, on: eventLoop)
        }
        #expect(throws: TestClient.Failure.self) { try TestClient(host: 2, port: port) }
      }
    }
  }

  @Test func anAddressThatIsListedTwiceIsOpenedOnce() async throws {
    try await withEventLoop { eventLoop in
      let server = try await HTTPServer.start(
        listen: [Self.loopback, Self.loopback], routes: testRoutes, on: eventLoop)
      #expect(server.addresses.count == 1)
      try await server.shutdown()
    }
  }

  @Test(arguments: [ListenAddress.Host.all, .ipv6("::")])
  func allAddressesIncludeIPv4(host: ListenAddress.Host) async throws {
    try await withEventLoop { eventLoop in
      let server = try await HTTPServer.start(
        listen: [ListenAddress(host, port: 0)], routes: testRoutes, on: eventLoop)
      #expect(try TestClient(port: server.addresses[0].port).get("/echo").body == "/echo|true\n")
      try await server.shutdown()
    }
  }

  @Test(arguments: [ListenAddress.Host.all, .ipv6("::")])
  func bothWildcardsShareAPort(host: ListenAddress.Host) async throws {
    try await withEventLoop { eventLoop in
      let server = try await startOnOnePort([host, .ipv4("0.0.0.0")], on: eventLoop)
      let port = server.addresses[0].port
      #expect(server.addresses.map(\.description) == ["[::]:\(port)", "0.0.0.0:\(port)"])
      #expect(try TestClient(port: port).get("/metrics").status == 200)
      try await server.shutdown()
    }
  }

  /// Other tests take ports at the same time: one that was free may not stay so.
  private func startOnOnePort(_ hosts: [ListenAddress.Host], on eventLoop: any EventLoop) async throws -> HTTPServer {
    for _ in 0..<20 {
      let port = try await withServer { _, port in port }
      do {
        return try await HTTPServer.start(
          listen: hosts.map { ListenAddress($0, port: port) }, routes: testRoutes, on: eventLoop)
      } catch is HTTPServerError {
        continue
      }
    }
    throw TestClient.Failure(call: "bind")
  }
}
