import AgentTesting
import Testing

@testable import AgentHost
@testable import AgentKnowledge

@Suite("Asking the privileged helper", .timeLimit(.minutes(10)))
struct PrivilegedHelperTests {
  private static let denied = "/run/crio/crio.sock: permission denied, and the helper nodeagent-helper.socket"

  private func isComplete(_ report: CRIOReport?) -> Bool {
    report?.info.value?.cgroupDriver == "systemd" && report?.configuration.value?.networkDirectory == "/n"
  }

  @Test("who may ask CRI-O asks it, and no helper")
  func direct() async throws {
    let crio = try CRIOStandIn()
    #expect(isComplete(try await crio.helper(forbidden: []).crioInfo().facts))
    withExtendedLifetime(crio) {}
  }

  @Test("who may not asks the helper")
  func throughTheHelper() async throws {
    let crio = try CRIOStandIn()
    #expect(isComplete(try await crio.serving { try await crio.helper().crioInfo().facts }))
  }

  @Test("failures of CRI-O come through the helper as they are")
  func failures() async throws {
    let crio = try CRIOStandIn { connection, request in
      if request.hasPrefix("GET /info ") { connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx") }
    }
    let report = try await crio.serving { try await crio.helper().crioInfo().facts }
    #expect(report?.info == .failed(HTTPProbeFailure(.body, .incomplete)))
    #expect(report?.configuration == .failed(HTTPProbeFailure(.head, .closed)))
  }

  @Test("a socket that is missing is no matter of rights")
  func missing() async throws {
    let crio = try CRIOStandIn()
    try crio.tree.remove("run/crio")
    let report = try await crio.helper(forbidden: []).crioInfo().facts
    #expect(report?.info == .failed(HTTPProbeFailure(.connect, .missing)))
  }

  @Test("without the helper the reason names it")
  func noHelper() async throws {
    #expect(try await CRIOStandIn().helper().crioInfo() == .unavailable("\(Self.denied) is not there"))
    #expect(
      try await CRIOStandIn().helper(forbidden: ["/"]).crioInfo()
        == .unavailable("\(Self.denied) gave no answer: permission denied"))
    #expect(try await CRIOStandIn().helper(mode: .recorded).crioInfo() == .unavailable("\(Self.denied) is not there"))
  }

  @Test(
    "what another program answers on the helper's socket is no fact",
    arguments: [
      ("", "gave no answer: closed before an answer"),
      (#"{"facts":"#, "gave no answer: closed in the middle of the answer"),
      ("hello\n", "answered something else than asked: is it of the same version as the agent?"),
      (
        #"{"facts":{},"version":1}"# + "\n",
        "answered something else than asked: is it of the same version as the agent?"
      ),
      (
        #"{"error":"no","version":2}"# + "\n",
        "answered something else than asked: is it of the same version as the agent?"
      ),
      (#"{"version":1}"# + "\n", "answered: no reason given"),
      (#"{"error":"there is no such request","version":1}"# + "\n", "answered: there is no such request"),
      (
        String(repeating: "x", count: 1 << 17),
        "answered something else than asked: is it of the same version as the agent?"
      ),
    ])
  func hostile(answer: String, words: String) async throws {
    let crio = try CRIOStandIn()
    let server = try SocketServer(unix: crio.helperPath) { connection in
      _ = connection.receive(upTo: "\n")
      connection.send(answer)
    }
    #expect(try await crio.helper().crioInfo() == .unavailable("\(Self.denied) \(words)"))
    withExtendedLifetime(server) {}
  }

  @Test("a helper that is silent is waited for only so long")
  func silent() async throws {
    let crio = try CRIOStandIn()
    let server = try SocketServer(unix: crio.helperPath) { $0.receiveAll() }
    #expect(
      try await crio.helper().crioInfo() == .unavailable("\(Self.denied) gave no answer: no answer within 2750 ms"))
    withExtendedLifetime(server) {}
  }

  @Test("a CRI-O that is silent is a fact before the agent loses patience with the helper")
  func patience() {
    let deadlines = CRIORequest.deadlines
    #expect(deadlines.head + deadlines.body < HelperProtocol.patience)
    #expect(HelperProtocol.patience < HelperProtocol.answerTime)
  }
}
