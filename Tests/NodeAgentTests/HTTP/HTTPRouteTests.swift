import Testing

@testable import NodeAgent

@Suite(.timeLimit(.minutes(10))) struct HTTPRouteTests {
  @Test func aPageIsServedWithItsLengthAndType() async throws {
    try await withServer { _, port in
      let answer = try TestClient(port: port).get("/metrics")
      #expect(answer.statusLine == "HTTP/1.1 200 OK")
      #expect(answer.fields == ["content-length": "6", "content-type": "text/plain; charset=utf-8"])
      #expect(answer.body == "hello\n")
    }
  }

  @Test(arguments: [
    ("/echo", "/echo"), ("/echo?a=b&c", "/echo"), ("/echo#x?y", "/echo"), ("http://host:1/echo?q", "/echo"),
    ("HTTPS://host/echo", "/echo"),
  ])
  func queryAndAuthorityAreIgnored(target: String, path: String) async throws {
    try await withServer { _, port in
      let answer = try TestClient(port: port).get(target)
      #expect(answer.body.hasPrefix("\(path)|"))
    }
  }

  @Test(arguments: [
    ("/a?b", "/a"), ("http://host", "/"), ("http://host?x", "/"), ("*", "*"), ("", ""), ("http:/x", "http:/x"),
  ])
  func pathOfTarget(target: String, path: String) {
    #expect(HTTPRequestInfo.path(of: target) == path)
  }

  @Test(arguments: ["/", "/metric", "/metrics/", "//metrics", "/metrics%20", "/../metrics"])
  func unknownPathsAreNotFound(path: String) async throws {
    try await withServer { _, port in
      let answer = try TestClient(port: port).get(path)
      #expect(answer.status == 404)
      #expect(answer.body == "not found; served here: /big /echo /metrics\n")
    }
  }

  @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
  func otherMethodsAreNotAllowed(method: String) async throws {
    try await withServer { _, port in
      let client = try TestClient(port: port)
      try client.send("\(method) /metrics HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nbody")
      let answer = try client.answer()
      #expect(answer.status == 405)
      #expect(answer.fields["allow"] == "GET, HEAD")
      #expect(try client.get("/metrics").status == 200, "the connection goes on after the body")
    }
  }

  @Test func headGivesTheLengthAndNoBody() async throws {
    try await withServer { _, port in
      let client = try TestClient(port: port)
      try client.send("HEAD /metrics HTTP/1.1\r\nHost: test\r\n\r\n")
      let answer = try client.answer(toHead: true)
      #expect(answer.status == 200)
      #expect(answer.fields["content-length"] == "6")
      #expect(try client.get("/metrics").statusLine == "HTTP/1.1 200 OK", "nothing stands before the next answer")
    }
  }

  @Test func theRouteSeesThePathAndWhetherTheClientIsOnThisHost() async throws {
    try await withServer { _, port in
      let answer = try TestClient(port: port).get("/echo?x")
      #expect(answer.body == "/echo|true\n")
    }
  }
}
