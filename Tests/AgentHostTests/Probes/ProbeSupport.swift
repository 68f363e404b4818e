import AgentTesting

@testable import AgentHost
@testable import AgentText

/// Deadlines that no server on loopback misses, for tests that are not about them.
let patient = HTTPProbeRequest.Deadlines(connect: .seconds(20), head: .seconds(20), body: .seconds(20))

/// Asks a server that does this to the connection.
func ask(
  deadlines: HTTPProbeRequest.Deadlines = patient, bodyLimit: Int = 64 << 10,
  _ serve: @escaping @Sendable (SocketConnection) -> Void
) async throws -> HTTPProbeResult {
  let server = try SocketServer(serve)
  return try await liveProbes().get(
    HTTPProbeRequest(loopback(server.port), path: "/healthz", deadlines: deadlines, bodyLimit: bodyLimit))
}

/// Asks a server that waits for the request, sends a text and closes.
func ask(answering text: String) async throws -> HTTPProbeResult.Outcome {
  try await ask { connection in
    _ = connection.receive(upTo: "\r\n\r\n")
    connection.send(text)
  }.outcome
}

func loopback(_ port: UInt16) -> ProbeTarget {
  PortNumber(port).map { .tcp(IPAddress(v4: 0x7f00_0001), $0) } ?? .unix("/no port")
}
