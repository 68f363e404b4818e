import Testing

@testable import NodeAgent

@Suite(.timeLimit(.minutes(10))) struct HTTPBadRequestTests {
  private static let head = "GET /metrics HTTP/1.1\r\nHost: test\r\n"

  @Test(arguments: [
    ("garbage\r\n\r\n", 400), ("\u{16}\u{3}\u{1}\0\0\r\n\r\n", 400), ("GET /metrics\r\n\r\n", 400),
    ("GET /metrics HTTP/2.0\r\n\r\n", 400), ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ("GET /metrics HTTP/1.1\r\n\r\n", 400), ("GET /metrics HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    (head + "bad field\r\n\r\n", 400), (head + ": empty\r\n\r\n", 400), (head + "Content-Length: -1\r\n\r\n", 400),
    (head + "Content-Length: 99999999999999999999999\r\n\r\n", 400),
    (head + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    (head + "X: " + String(repeating: "x", count: 17_000) + "\r\n\r\n", 431),
    (head + String(repeating: "Field: value-value-value-value\r\n", count: 600) + "\r\n", 431),
    (head + String(repeating: "A: " + String(repeating: "x", count: 200) + "\r\n", count: 100) + "\r\n", 431),
    (head + String(repeating: "A:b\r\n", count: 300) + "\r\n", 431),
    ("GET /" + String(repeating: "x", count: 17_000) + " HTTP/1.1\r\nHost: test\r\n\r\n", 431),
    (head + "X: " + String(repeating: "x", count: 60_000), 431),
    (head + "Content-Length: 65537\r\n\r\n", 413),
    ("POST /metrics HTTP/1.1\r\nHost: test\r\nContent-Length: 65537\r\n\r\n", 405),
    (head + "Transfer-Encoding: chunked\r\n\r\n10001\r\n" + String(repeating: "x", count: 65_537), 413),
  ])
  func isRefusedAndTheConnectionEnds(request: String, status: Int) async throws {
    try await withServer { _, port in
      let client = try TestClient(port: port)
      try client.send(request)
      let answer = try client.answer()
      #expect(answer.status == status)
      #expect(answer.fields["connection"] == "close")
      #expect(try client.end() == "", "one answer, whatever follows")
      #expect(!client.isReset, "a reset may cost the client its answer")
    }
  }

  @Test(arguments: [
    head + "X: " + String(repeating: "x", count: 15_000) + "\r\n\r\n",
    head + "Content-Length: 65536\r\n\r\n" + String(repeating: "x", count: 65_536),
    "\r\n" + head + "\r\n",
  ])
  func whatIsWithinTheLimitsIsServed(request: String) async throws {
    try await withServer { _, port in
      let client = try TestClient(port: port)
      try client.send(request)
      #expect(try client.answer().status == 200)
      #expect(try client.get("/metrics").status == 200)
    }
  }

  @Test func aClientThatWaitsForContinueGetsItsAnswerAtOnce() async throws {
    try await withServer { _, port in
      let client = try TestClient(port: port)
      try client.send("PUT /metrics HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n")
      #expect(try client.answer().status == 405)
      #expect(try client.end() == "")
    }
  }

  @Test func goodRequestsBeforeABadOneAreAnswered() async throws {
    try await withServer { _, port in
      let client = try TestClient(port: port)
      try client.send(
        "GET /big HTTP/1.1\r\nHost: test\r\n\r\nHEAD /metrics HTTP/1.1\r\nHost: test\r\n\r\ngarbage\r\n\r\n")
      #expect(try client.answer().body.utf8.count == bigPage.count)
      #expect(try client.answer(toHead: true).status == 200)
      #expect(try client.answer().status == 400)
      #expect(try client.end() == "")
    }
  }
}
