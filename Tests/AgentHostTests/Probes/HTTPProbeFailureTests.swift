import AgentTesting
import Glibc
import Testing

@testable import AgentHost

@Suite("Failures of HTTP probes", .timeLimit(.minutes(10)))
struct HTTPProbeFailureTests {
  @Test("nothing listens")
  func refused() async throws {
    let port = try SocketServer { _ in }.port
    // The listener goes with its last use; until then a connection is closed without an answer.
    var failure: HTTPProbeFailure?
    repeat {
      failure = try await liveProbes().get(HTTPProbeRequest(loopback(port), path: "/", deadlines: patient))
        .outcome.failure
    } while failure?.phase == .head
    #expect(failure == HTTPProbeFailure(.connect, .refused))
    #expect(failure?.description == "connection refused")
  }

  @Test("a server that accepts and is silent")
  func silent() async throws {
    let result = try await ask(deadlines: .init(connect: .seconds(20), head: short)) { $0.receiveAll() }
    #expect(result.outcome == .failed(HTTPProbeFailure(.head, .noAnswer(within: short))))
    #expect(result.outcome.failure?.description == "no answer within 100 ms")
    #expect(result.times.connect != nil)
    #expect(result.times.head == nil)
    #expect(result.times.total >= short)
  }

  @Test("a head or a body that trickles is bounded as a whole", arguments: [HTTPProbeFailure.Phase.head, .body])
  func trickling(phase: HTTPProbeFailure.Phase) async throws {
    let deadlines = HTTPProbeRequest.Deadlines(
      connect: .seconds(20), head: phase == .head ? short : .seconds(20), body: short)
    let result = try await ask(deadlines: deadlines) { connection in
      _ = connection.receive(upTo: "\r\n\r\n")
      connection.send(phase == .head ? "HTTP/1.1 200 OK\r\nX: " : "HTTP/1.1 200 OK\r\n\r\n")
      repeat { connection.send("x") } while !connection.isClosed(within: 5)
    }
    #expect(
      result.outcome
        == .failed(HTTPProbeFailure(phase, .noAnswer(within: short))))
    #expect(result.times.total < .seconds(20))
  }

  @Test("the deadline of a body is said as such")
  func bodyDeadline() {
    let failure = HTTPProbeFailure(.body, .noAnswer(within: .seconds(2)))
    #expect(failure.description == "no end of the answer within 2 s")
    #expect(HTTPProbeFailure(.connect, .noAnswer(within: .seconds(1))).description == "no connection within 1 s")
  }

  @Test(
    "what is no HTTP/1 is said to be none",
    arguments: [
      "SSH-2.0-OpenSSH_9.2\r\n", "\u{0}\u{0}\u{12}\u{4}\u{0}\u{0}\u{0}\u{0}\u{0}", "HTTP/2.0 200 OK\r\n\r\n",
      "hello", "HTTP/1.1 20x OK\r\n\r\n", "HTTP/1.1 200 OK\r\nno field\r\n\r\n",
    ])
  func garbage(answer: String) async throws {
    #expect(try await ask(answering: answer) == .failed(HTTPProbeFailure(.head, .notHTTP)))
  }

  @Test("a body that breaks the rules is an answer that failed")
  func badBody() async throws {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    #expect(try await ask(answering: chunked + "zz\r\n") == .failed(HTTPProbeFailure(.body, .notHTTP)))
    for text in [chunked + "5\r\nab", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"] {
      #expect(try await ask(answering: text) == .failed(HTTPProbeFailure(.body, .incomplete)))
    }
  }

  @Test("a server that closes before the end of the head", arguments: ["", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nA: b"])
  func closed(answer: String) async throws {
    #expect(try await ask(answering: answer) == .failed(HTTPProbeFailure(.head, .closed)))
  }

  @Test("a reset is an end like any other")
  func reset() async throws {
    let result = try await ask { connection in
      _ = connection.receive(upTo: "\r\n\r\n")
      connection.resetAtEnd()
    }
    #expect(result.outcome == .failed(HTTPProbeFailure(.head, .closed)))
  }

  @Test(
    "a head without end is cut",
    arguments: [
      "HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 100 << 10),
      "HTTP/1.1 200 OK\r\n" + String(repeating: "name: value\r\n", count: 10_000),
    ])
  func hugeHead(answer: String) async throws {
    let failure = try await ask(answering: answer).failure
    #expect(failure == HTTPProbeFailure(.head, .headTooLarge(limit: 64 << 10)))
    #expect(failure?.description == "the answer's head is more than 64 KiB")
  }

  @Test("a connection that is never made ends at its deadline")
  func connectDeadline() async throws {
    // What is not accepted stays in the queue, also after the client's end; once it is full, SYNs are dropped.
    let (listener, port) = try SocketServer.tcpListener(backlog: 1)
    defer { close(listener) }
    let request = HTTPProbeRequest(loopback(port), path: "/", deadlines: .init(connect: short, head: short))
    var failures: [HTTPProbeFailure?] = []
    repeat {
      failures.append(try await liveProbes().get(request).outcome.failure)
    } while failures.last??.phase == .head && failures.count < 10
    #expect(failures.last == HTTPProbeFailure(.connect, .noAnswer(within: short)))
  }

  @Test("cancelling closes the connection")
  func cancellation() async throws {
    let (requests, arrival) = AsyncStream.makeStream(of: Void.self)
    let (ends, end) = AsyncStream.makeStream(of: Void.self)
    let server = try SocketServer { connection in
      _ = connection.receive(upTo: "\r\n\r\n")
      arrival.yield()
      connection.receiveAll()
      end.yield()
    }
    let probes = try liveProbes()
    let task = Task {
      await probes.get(HTTPProbeRequest(loopback(server.port), path: "/", deadlines: patient))
    }
    for await _ in requests { break }
    task.cancel()
    #expect(await task.value.outcome == .failed(HTTPProbeFailure(.connect, .cancelled)))
    for await _ in ends { break }
  }

  @Test("who is cancelled already asks nothing")
  func cancelledBefore() async throws {
    let probes = try liveProbes()
    let server = try SocketServer { _ in }
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return await probes.get(HTTPProbeRequest(loopback(server.port), path: "/"))
    }
    #expect(await task.value.outcome.failure?.reason == .cancelled)
  }

  @Test("a thousand probes leave nothing open")
  func leaks() async throws {
    let tree = try TemporaryTree(["run/keep": ""])
    let (ends, end) = AsyncStream.makeStream(of: Void.self)
    let serve: @Sendable (SocketConnection) -> Void = { connection in
      _ = connection.receive(upTo: "\r\n\r\n")
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx")
      connection.receiveAll()
      end.yield()
    }
    let (unix, tcp) = (try SocketServer(unix: tree.path + "/run/s.sock", serve), try SocketServer(serve))
    let probes = try liveProbes(tree.path)
    var answered = 0
    for target in [ProbeTarget.unix("/run/s.sock"), loopback(tcp.port)] {
      for _ in 0..<500 {
        let request = HTTPProbeRequest(target, path: "/", deadlines: patient, bodyLimit: 0)
        if await probes.get(request).outcome.answer?.isTruncated == true { answered += 1 }
      }
    }
    #expect(answered == 1000)
    withExtendedLifetime(unix) {}
    // Each connection that was answered was closed at this end; one that failed may never have been taken.
    var count = 0
    while count < answered {
      for await _ in ends {
        count += 1
        break
      }
    }
    let open = try #require(try HostFiles(root: HostRoot("/", mode: .live)).entries("/proc/self/fd"))
    var buffer = [CChar](repeating: 0, count: 4096)
    let files = open.filter { name in
      let size = readlink("/proc/self/fd/\(name)", &buffer, buffer.count)
      return size > 0
        && String(decoding: buffer.prefix(size).map { UInt8(bitPattern: $0) }, as: UTF8.self).hasPrefix(tree.path)
    }
    // The root of the probes.
    #expect(files.count == 1)
  }

  @Test("no thread is started before the first probe")
  func lazy() async throws {
    let network = NetworkLoop()
    let files = HostFiles(root: try HostRoot("/", mode: .live))
    let probes = LiveHTTPProbes(files: files, worker: try Worker(), network: network)
    _ = await probes.get(HTTPProbeRequest(.unix("/no/such.sock"), path: "/"))
    #expect(!network.isStarted)
  }
}
