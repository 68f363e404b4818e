import Testing

@testable import NodeAgent

@Suite(.timeLimit(.minutes(10))) struct HTTPConnectionTests {
  private let get = "GET /metrics HTTP/1.1\r\nHost: test\r\n\r\n"

  @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
    try await withServer { _, port in
      let client = try TestClient(port: port)
      try client.send(
        get + "GET /big HTTP/1.1\r\nHost: test\r\n\r\n" + "HEAD /metrics HTTP/1.1\r\nHost: test\r\n\r\n"
          + "GET /no HTTP/1.1\r\nHost: test\r\n\r\n")
      #expect(try client.answer().body == "hello\n")
      #expect(try client.answer().body.utf8.count == bigPage.count)
      #expect(try client.answer(toHead: true).fields["content-length"] == "6")
      #expect(try client.answer().status == 404)
    }
  }

  @Test func manyPipelinedRequestsAreAllAnswered() async throws {
    try await withServer { _, port in
      let client = try TestClient(port: port)
      try client.send(String(repeating: get, count: 500))
      for _ in 0..<500 { #expect(try client.answer().body == "hello\n") }
    }
  }

  @Test func aClientThatTakesNoAnswersCannotPileUpRequests() async throws {
    var limits = HTTPLimits()
    limits.pipelinedRequests = 3
    try await withServer(limits: limits) { _, port in
      let client = try TestClient(port: port, receiveBuffer: 4096)
      try client.send("GET /big HTTP/1.1\r\nHost: test\r\n\r\n")
      try client.beginning()
      try client.send(String(repeating: get, count: 100))
      // The end of the sending side makes the server read all that was sent, answer or no answer.
      client.closeSending()
      #expect(try client.answer().body.utf8.count == bigPage.count)
      let rest = try client.end()
      #expect(rest.split(separator: "hello\n").count <= 5)
    }
  }

  @Test func whileAnAnswerIsUnderWayNothingIsRead() async throws {
    try await withServer { _, port in
      let client = try TestClient(port: port, receiveBuffer: 4096)
      try client.send("GET /big HTTP/1.1\r\nHost: test\r\n\r\n")
      try client.beginning()
      #expect(try client.sendingStalls(String(repeating: get, count: 1 << 18), milliseconds: 300))
    }
  }

  @Test func aRequestMayComeByteByByte() async throws {
    try await withServer { _, port in
      let client = try TestClient(port: port)
      for character in get.unicodeScalars { try client.send(String(character)) }
      #expect(try client.answer().body == "hello\n")
    }
  }

  @Test(arguments: [
    ("HTTP/1.1\r\nHost: test\r\nConnection: close", "HTTP/1.1 200 OK", "close"),
    ("HTTP/1.1\r\nHost: test\r\nConnection: Close", "HTTP/1.1 200 OK", "close"),
    ("HTTP/1.0", "HTTP/1.0 200 OK", "close"),
    ("HTTP/1.1\r\nHost: test\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c", "HTTP/1.1 200 OK", "close"),
  ])
  func theConnectionEndsAfterTheAnswer(request: String, statusLine: String, connection: String) async throws {
    try await withServer { _, port in
      let client = try TestClient(port: port)
      try client.send("GET /metrics \(request)\r\n\r\n")
      let answer = try client.answer()
      #expect(answer.statusLine == statusLine)
      #expect(answer.fields["connection"] == connection)
      #expect(try client.end() == "")
    }
  }

  @Test func anOldClientMayKeepTheConnection() async throws {
    try await withServer { _, port in
      let client = try TestClient(port: port)
      for _ in 0..<2 {
        try client.send("GET /metrics HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(try client.answer().fields["connection"] == "keep-alive")
      }
    }
  }

  @Test func aClientThatClosesItsSendingSideGetsTheWholeAnswer() async throws {
    try await withServer { _, port in
      let client = try TestClient(port: port)
      try client.send("GET /big HTTP/1.1\r\nHost: test\r\n\r\n")
      client.closeSending()
      #expect(try client.answer().body.utf8.count == bigPage.count)
      #expect(try client.end() == "")
    }
  }

  @Test func aClientThatLeavesInTheMiddleHarmsNobody() async throws {
    try await withServer { _, port in
      for part in [
        "", "GE", "GET /metrics HTTP/1.1\r\nHo", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab",
      ] {
        try TestClient(port: port).send(part)
      }
      try TestClient(port: port, receiveBuffer: 4096).send("GET /big HTTP/1.1\r\nHost: test\r\n\r\n")
      #expect(try TestClient(port: port).get("/metrics").status == 200)
    }
  }
}
