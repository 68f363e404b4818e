import NIOCore
import Testing

@testable import NodeAgent

@Suite(.timeLimit(.minutes(10))) struct HTTPLimitTests {
  private let big = "GET /big HTTP/1.1\r\nHost: test\r\n\r\n"

  @Test(arguments: [
    "", "G", "GET /metrics HTTP/1.1\r\nHost: test\r\nX: y", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na",
  ])
  func aRequestThatDoesNotEndIsCutOff(beginning: String) async throws {
    var limits = HTTPLimits()
    limits.requestTime = .milliseconds(50)
    try await withServer(limits: limits) { _, port in
      let client = try TestClient(port: port)
      try client.send(beginning)
      #expect(try client.end() == "")
    }
  }

  @Test func furtherBytesDoNotProlongARequest() async throws {
    var limits = HTTPLimits()
    (limits.requestTime, limits.bodySize) = (.milliseconds(300), .max)
    try await withServer(limits: limits) { _, port in
      let client = try TestClient(port: port)
      try client.send("GET /metrics HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000000000\r\n\r\n")
      #expect(throws: TestClient.Failure.self) {
        for _ in 0..<100_000 { try client.send(String(repeating: "x", count: 4096)) }
      }
    }
  }

  @Test func anIdleConnectionIsClosedAndALaterRequestHasItsTimeAgain() async throws {
    var limits = HTTPLimits()
    limits.idleTime = .milliseconds(50)
    try await withServer(limits: limits) { _, port in
      let client = try TestClient(port: port)
      #expect(try client.get("/metrics").status == 200)
      #expect(try client.end() == "")
    }
    (limits.idleTime, limits.requestTime) = (.seconds(60), .milliseconds(50))
    try await withServer(limits: limits) { _, port in
      let client = try TestClient(port: port)
      #expect(try client.get("/metrics").status == 200)
      try client.send("GET")
      #expect(try client.end() == "")
    }
  }

  @Test func aClientThatGoesOnAfterTheLastAnswerIsCutOff() async throws {
    var limits = HTTPLimits()
    (limits.lingerTime, limits.bodySize) = (.hours(1), 1000)
    try await withServer(limits: limits) { _, port in
      let client = try TestClient(port: port)
      try client.send("garbage\r\n\r\n")
      #expect(try client.answer().status == 400)
      #expect(throws: TestClient.Failure.self) { try client.send(String(repeating: "x", count: 16 << 20)) }
    }
  }

  @Test func aClientThatStaysAfterTheLastAnswerIsCutOff() async throws {
    var limits = HTTPLimits()
    (limits.lingerTime, limits.bodySize) = (.milliseconds(50), .max)
    try await withServer(limits: limits) { _, port in
      let client = try TestClient(port: port)
      try client.send("garbage\r\n\r\n")
      #expect(try client.answer().status == 400)
      #expect(try (0..<1000).contains { _ in try client.isTornDown(within: 10) })
    }
  }

  @Test func anAnswerThatIsNotTakenIsGivenUp() async throws {
    var limits = HTTPLimits()
    (limits.connections, limits.answerTime) = (1, .milliseconds(50))
    try await withServer(limits: limits) { _, port in
      let stuck = try TestClient(port: port, receiveBuffer: 4096)
      try stuck.send(big)
      try stuck.beginning()
      let statuses = (0..<20_000).lazy.map { _ in try? TestClient(port: port).get("/metrics").status }
      #expect(statuses.contains(200), "there is room again")
    }
  }

  @Test func threeHundredSilentClientsDoNotKeepAScrapeFromBeingAnswered() async throws {
    var limits = HTTPLimits()
    limits.requestTime = .hours(1)
    try await withServer(limits: limits) { _, port in
      var silent: [TestClient] = []
      for count in 1...300 {
        silent.append(try TestClient(port: port))
        if count % 100 == 0 { #expect(try TestClient(port: port).get("/metrics").body == "hello\n") }
      }
      let scraper = try TestClient(port: port)
      for _ in 0..<3 { #expect(try scraper.get("/metrics").status == 200) }
      for client in silent.prefix(300 - 64) { #expect(try client.end() == "", "the oldest have given way") }
    }
  }

  @Test func oneTooManyClosesTheOneThatIsLongestWithoutARequest() async throws {
    var limits = HTTPLimits()
    limits.connections = 3
    try await withServer(limits: limits) { _, port in
      let clients = try (0..<3).map { _ in try TestClient(port: port) }
      for index in [1, 0] { #expect(try clients[index].get("/metrics").status == 200) }
      let fourth = try TestClient(port: port)
      #expect(try clients[2].end() == "", "it never sent a request")
      #expect(try fourth.get("/metrics").status == 200)
      let fifth = try TestClient(port: port)
      #expect(try clients[1].end() == "", "its request is the oldest")
      #expect(try fifth.get("/metrics").status == 200)
      #expect(try clients[0].get("/metrics").status == 200)
    }
  }

  @Test func aConnectionThatIsBeingAnsweredIsNotClosedForAnother() async throws {
    var limits = HTTPLimits()
    limits.connections = 2
    try await withServer(limits: limits) { _, port in
      let answered = try TestClient(port: port, receiveBuffer: 4096)
      try answered.send(big)
      try answered.beginning()
      let silent = try TestClient(port: port)
      let third = try TestClient(port: port)
      #expect(try third.get("/metrics").status == 200)
      #expect(try silent.end() == "")
      #expect(try answered.answer().body.utf8.count == bigPage.count)
    }
  }

  @Test(arguments: [1, 8]) func aCrowdThatIsRefusedDoesNotGrow(refusals: Int) async throws {
    var limits = HTTPLimits()
    (limits.connections, limits.refusals, limits.lingerTime) = (1, refusals, .hours(1))
    try await withServer(limits: limits) { _, port in
      let busy = try TestClient(port: port, receiveBuffer: 4096)
      try busy.send(big)
      try busy.beginning()
      let crowd = try (0..<100).map { _ in try TestClient(port: port) }
      let last = try TestClient(port: port)
      #expect(try last.answer().status == 503)
      for client in crowd.dropLast(refusals - 1) { #expect(try client.isTornDown()) }
      #expect(try busy.answer().body.utf8.count == bigPage.count)
    }
  }

  @Test func whenAllAreBeingAnsweredOneMoreIsToldSo() async throws {
    var limits = HTTPLimits()
    (limits.connections, limits.refusals) = (2, 4)
    try await withServer(limits: limits) { _, port in
      let busy = try (0..<2).map { _ in try TestClient(port: port, receiveBuffer: 4096) }
      for client in busy {
        try client.send(big)
        try client.beginning()
      }
      let refused = try (0..<4).map { _ in try TestClient(port: port) }
      for client in refused {
        let answer = try client.answer()
        #expect(answer.status == 503)
        #expect(answer.fields["connection"] == "close")
      }
      for client in refused { #expect(try client.end() == "") }
      for client in busy { #expect(try client.answer().body.utf8.count == bigPage.count) }
      #expect(try TestClient(port: port).get("/metrics").status == 200)
    }
  }
}
