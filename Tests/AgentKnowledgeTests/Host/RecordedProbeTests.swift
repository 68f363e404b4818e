import AgentTesting
import Glibc
import NIOCore
import Testing

@testable import AgentHost
@testable import AgentKnowledge
@testable import AgentText

@Suite("HTTP probes of recorded hosts")
struct RecordedProbeTests {
  private func probes(_ recorded: String, forbidden: [String] = []) throws -> RecordedHTTPProbes {
    let files = HostFiles(root: try HostRoot("/", mode: .recorded), forbidden: forbidden)
    return RecordedHTTPProbes(try recording(recorded).http, files: files)
  }

  private static let sample = """
    http:
      - {target: "unix:/run/crio/crio.sock", path: /info, status: 200, body: '{"cgroup_driver": "systemd"}'}
      - {target: "127.0.0.1:10248", path: /healthz, body: ok, fields: {Server: x}}
      - {target: "[::1]:80", host: a.example.org, status: 302, fields: {Location: /login}}
      - {target: "[::1]:80", status: 404}
      - {target: "192.0.2.1:6443", fails: connect, reason: no answer within 1 s}
      - {target: "192.0.2.2:6443", fails: connect, reason: connection refused}
      - {target: "192.0.2.3:6443", path: /livez, fails: body, reason: closed in the middle of the answer}
      - {target: "192.0.2.4:6443", fails: connect, reason: no route to host}
    """

  private func ask(_ target: String, _ path: String = "/", host: String? = nil) async throws -> HTTPProbeResult {
    let target = try ProbeTarget(settingsScalar: target)
    return try probes(Self.sample).get(HTTPProbeRequest(target, path: path, host: host))
  }

  @Test("answers are those of the recording")
  func answers() async throws {
    let info = try await ask("unix:/run/crio/crio.sock", "/info")
    #expect(info.outcome.answer?.text == #"{"cgroup_driver": "systemd"}"#)
    #expect(info.times.total == .zero)
    let health = try await ask("127.0.0.1:10248", "/healthz").outcome
    #expect(
      health
        == .answered(HTTPProbeAnswer(status: 200, fields: [.init(name: "Server", value: "x")], body: Array("ok".utf8))))
    #expect(try await ask("[::1]:80", "/x", host: "a.example.org").outcome.answer?.field("location") == "/login")
    #expect(try await ask("[::1]:80", "/x", host: "b.example.org").outcome.answer?.status == 404)
  }

  @Test("failures are those of a live host")
  func failures() async throws {
    let expected: [String: HTTPProbeFailure] = [
      "192.0.2.1:6443": HTTPProbeFailure(.connect, .noAnswer(within: .seconds(1))),
      "192.0.2.2:6443": HTTPProbeFailure(.connect, .refused),
      "192.0.2.3:6443": HTTPProbeFailure(.body, .incomplete),
      "192.0.2.4:6443": HTTPProbeFailure(.connect, .other("no route to host")),
    ]
    for (target, failure) in expected { #expect(try await ask(target, "/livez").outcome == .failed(failure)) }
  }

  @Test(
    "what was not recorded is not asked of the network",
    arguments: [
      ("127.0.0.1:10248", "/other"), ("127.0.0.1:10249", "/healthz"), ("unix:/run/crio/crio.sock", "/config"),
      ("unix:/run/none", "/"),
    ])
  func notRecorded(target: String, path: String) async throws {
    #expect(try await ask(target, path).outcome == .notRecorded)
  }

  @Test("a body is cut as a live one is")
  func cut() async throws {
    let request = HTTPProbeRequest(
      try ProbeTarget(settingsScalar: "127.0.0.1:10248"), path: "/healthz", bodyLimit: 1)
    let answer = try probes(Self.sample).get(request).outcome.answer
    #expect(answer?.text == "o")
    #expect(answer?.isTruncated == true)
  }

  @Test("a forbidden path is denied, whatever was recorded of it")
  func forbidden() async throws {
    let request = HTTPProbeRequest(.unix("/run/crio/crio.sock"), path: "/info")
    let outcome = try probes(Self.sample, forbidden: ["/"]).get(request).outcome
    #expect(outcome == .failed(HTTPProbeFailure(.connect, .denied)))
  }

  @Test("errors of connect(2) are told apart")
  func connectErrors() {
    let expected: [CInt: ProbeFailureReason] = [
      ENOENT: .missing, EACCES: .denied, EPERM: .denied, ECONNREFUSED: .refused, EAGAIN: .queueFull,
      EHOSTUNREACH: .other("no route to host"), EMFILE: .other("too many open files"),
    ]
    for (code, reason) in expected {
      let error = IOError(errnoCode: code, reason: "connect")
      #expect(ProbeFailureReason(connecting: error, within: .seconds(1)) == reason)
    }
    let timeout = ChannelError.connectTimeout(.seconds(9))
    #expect(ProbeFailureReason(connecting: timeout, within: .seconds(1)) == .noAnswer(within: .seconds(1)))
  }

  @Test("every reason is read back from its own words")
  func reasons() {
    let reasons: [ProbeFailureReason] = [
      .missing, .denied, .refused, .queueFull, .noAnswer(within: .milliseconds(250)), .noAnswer(within: .seconds(3)),
      .closed, .incomplete, .notHTTP, .cancelled, .other("network is unreachable"),
    ]
    for reason in reasons { #expect(ProbeFailureReason(recorded: reason.description) == reason) }
  }

  @Test(
    "mistakes of a recording are said",
    arguments: [
      ("{path: /}", "target"), ("{target: a.example.org:80}", "has a name"), ("{target: 'unix:x'}", "absolute path"),
      ("{target: '127.0.0.1:1', fails: connect}", "come together"), ("{target: '127.0.0.1:1', reason: x}", "together"),
      ("{target: '127.0.0.1:1', fails: never, reason: x}", "connect, head, body"),
      ("{target: '127.0.0.1:1', status: 20}", "out of range"), ("{target: '127.0.0.1:1', latency: 1s}", "unknown"),
    ])
  func mistakes(item: String, words: String) {
    let error = #expect(throws: SettingsErrors.self) { try probes("http: [\(item)]") }
    #expect("\(error.map { "\($0)" } ?? "")".contains(words))
  }
}
