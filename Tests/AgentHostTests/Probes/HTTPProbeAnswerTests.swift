import AgentTesting
import Testing

@testable import AgentHost
@testable import AgentText

@Suite("Answers of HTTP probes", .timeLimit(.minutes(10)))
struct HTTPProbeAnswerTests {
  @Test("every status is an answer", arguments: [200, 204, 302, 401, 404, 500, 503, 999])
  func statuses(status: Int) async throws {
    let outcome = try await ask(
      answering: "HTTP/1.1 \(status) Words\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n")
    #expect(outcome.answer?.status == status)
    // A redirect is not followed.
    #expect(outcome.answer?.field("location") == "http://192.0.2.1/")
  }

  @Test("the request is one GET that asks for the end of the connection")
  func request() async throws {
    let server = try SocketServer { connection in
      let head = connection.receive(upTo: "\r\n\r\n")
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(head.utf8.count)\r\n\r\n\(head)")
    }
    let request = HTTPProbeRequest(
      loopback(server.port), path: "/healthz?verbose", fields: [HTTPField(name: "Accept", value: "text/plain")],
      deadlines: patient)
    let plain = try await liveProbes().get(request).outcome
    #expect(
      plain.answer?.text == """
        GET /healthz?verbose HTTP/1.1\r
        Host: 127.0.0.1:\(server.port)\r
        User-Agent: nodeagent\r
        Connection: close\r
        Accept: text/plain\r
        \r

        """)
    var named = request
    named.host = "apps.example.org"
    #expect(try await liveProbes().get(named).outcome.answer?.text.contains("\r\nHost: apps.example.org\r\n") == true)
  }

  @Test(
    "the body comes in every form that HTTP/1 has",
    arguments: [
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more than was announced",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;x=y\r\nk\r\n0\r\nTrailer: t\r\n\r\n",
      "HTTP/1.1 200 OK\r\n\r\nok",
      "HTTP/1.0 200 OK\r\n\r\nok",
      "HTTP/1.0 200\r\n\r\nok",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    ])
  func bodies(answer: String) async throws {
    let outcome = try await ask(answering: answer)
    #expect(outcome.answer?.status == 200)
    #expect(outcome.answer?.text == "ok")
    #expect(outcome.answer?.isTruncated == false)
  }

  @Test("of a body of 1 GB only as much is read as is asked for, and the connection is closed")
  func hugeBody() async throws {
    let (ends, end) = AsyncStream.makeStream(of: Int.self)
    let result = try await ask(bodyLimit: 1000) { connection in
      _ = connection.receive(upTo: "\r\n\r\n")
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
      let block = [UInt8](repeating: 0x78, count: 1 << 16)
      end.yield((0..<(1 << 14)).prefix { _ in connection.send(block) }.count)
    }
    #expect(result.outcome.answer?.body == [UInt8](repeating: 0x78, count: 1000))
    #expect(result.outcome.answer?.isTruncated == true)
    // What is in the sockets' buffers beside it is far from all.
    #expect(try #require(await ends.first { _ in true }) < 1 << 13)
  }

  @Test("a body of exactly the limit is whole", arguments: [(4, "abcd", false), (3, "abc", true), (0, "", true)])
  func limit(limit: Int, body: String, isTruncated: Bool) async throws {
    let result = try await ask(bodyLimit: limit) { connection in
      _ = connection.receive(upTo: "\r\n\r\n")
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd")
    }
    #expect(result.outcome.answer?.text == body)
    #expect(result.outcome.answer?.isTruncated == isTruncated)
  }

  @Test("IPv6 works")
  func ipv6() async throws {
    let answering: @Sendable (SocketConnection) -> Void = { connection in
      // What is left unread when it closes would take the answer back (RST).
      _ = connection.receive(upTo: "\r\n\r\n")
      connection.send("HTTP/1.0 200 OK\r\n\r\nsix")
    }
    guard let server = try? SocketServer(isIPv6: true, answering) else { return }
    let target = ProbeTarget.tcp(IPAddress(v6: 1), try #require(PortNumber(server.port)))
    #expect(target.description == "[::1]:\(server.port)")
    let result = try await liveProbes().get(HTTPProbeRequest(target, path: "/", deadlines: patient))
    #expect(result.outcome.answer?.text == "six")
  }

  @Test("every part that was completed has its time")
  func times() async throws {
    let result = try await ask { connection in
      _ = connection.receive(upTo: "\r\n\r\n")
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
      _ = connection.isClosed(within: 50)
      connection.send("ok")
    }
    let parts = [result.times.connect, result.times.head, result.times.body].compactMap { $0 }
    #expect(parts.count == 3)
    #expect(parts.allSatisfy { $0 >= .zero })
    #expect(result.times.total >= parts.reduce(.zero, +))
    #expect(result.times.total >= .milliseconds(50))
  }

  @Test("probes at once do not disturb each other")
  func concurrently() async throws {
    let server = try SocketServer { connection in
      let path = connection.receive(upTo: "\r\n\r\n").split(separator: " ")[1]
      connection.send("HTTP/1.0 200 OK\r\n\r\n\(path)")
    }
    let probes = try liveProbes()
    let answers = await withTaskGroup(of: String?.self) { group in
      for index in 0..<100 {
        group.addTask {
          await probes.get(HTTPProbeRequest(loopback(server.port), path: "/\(index)", deadlines: patient))
            .outcome.answer?.text
        }
      }
      return await group.reduce(into: Set<String?>()) { $0.insert($1) }
    }
    #expect(answers == Set((0..<100).map { "/\($0)" }))
  }
}
