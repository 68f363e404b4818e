package import AgentText

/// One answer, or one failure, of a server of a recorded host: an item of `http` in `recorded.yaml`.
///
///     http:
///       - {target: "unix:/run/crio/crio.sock", path: /info, status: 200, body: '{"cgroup_driver": "systemd"}'}
///       - {target: "127.0.0.1:10248", fails: connect, reason: connection refused}
package struct RecordedHTTP: SettingsEncodable, Sendable {
  private let target: ProbeTarget
  /// Nil for whatever path.
  private let path: String?
  private let host: String?
  private let outcome: HTTPProbeResult.Outcome

  /// Reads `target`, which is required, `path` and `host` (whatever they are unless given), and either `status`,
  /// `fields` and `body`, or `fails` (connect, head, body) and `reason` in the words of a report.
  package init?(from reader: SettingsReader) {
    let target: ProbeTarget? = reader.required("target")
    path = reader.optional("path")
    host = reader.optional("host")
    let fails: HTTPProbeFailure.Phase? = reader.optional("fails")
    let reason: String? = reader.optional("reason")
    let fields: [String: String] = reader.values("fields")
    let answer = HTTPProbeAnswer(
      status: reader.value("status", default: 200, in: 100...999),
      fields: fields.sorted { $0.key < $1.key }.map { HTTPField(name: $0.key, value: $0.value) },
      body: Array(reader.value("body", default: "").utf8))
    if (fails == nil) != (reason == nil) {
      reader.reject("fails", "and 'reason' come together", allowed: "both keys or neither")
    }
    outcome =
      fails.map { .failed(HTTPProbeFailure($0, ProbeFailureReason(recorded: reason ?? ""))) } ?? .answered(answer)
    guard let target else { return nil }
    self.target = target
  }

  /// What a server answered to a request, to be recorded; nil for what is none, and for a body that is no text.
  ///
  /// - Parameter fields: the header fields that are kept, by name; others may hold secrets.
  package init?(_ request: HTTPProbeRequest, _ result: HTTPProbeResult, fields: [String] = []) {
    switch result.outcome {
    case .notRecorded: return nil
    case .failed: outcome = result.outcome
    case .answered(var answer):
      guard let text = String(validating: answer.body, as: UTF8.self), !text.utf8.contains(0) else { return nil }
      answer.fields = answer.fields.filter { field in fields.contains { $0.lowercased() == field.name.lowercased() } }
      answer.isTruncated = false
      outcome = .answered(answer)
    }
    target = request.target
    path = request.path
    host = request.host == request.target.host ? nil : request.host
  }

  package func write(to writer: inout SettingsWriter) {
    writer.value("target", target)
    writer.optional("path", path)
    writer.optional("host", host)
    switch outcome {
    case .notRecorded: break
    case .failed(let failure):
      writer.value("fails", failure.phase)
      writer.value("reason", failure.reason.description)
    case .answered(let answer):
      writer.value("status", answer.status, default: 200)
      writer.values("fields", answer.fields.map { ($0.name, $0.value) })
      writer.value("body", String(decoding: answer.body, as: UTF8.self), default: "")
    }
  }

  func answers(_ request: HTTPProbeRequest) -> Bool {
    target == request.target && (path ?? request.path) == request.path && (host == nil || host == request.host)
  }

  func result(of request: HTTPProbeRequest) -> HTTPProbeResult {
    guard case .answered(var answer) = outcome else { return HTTPProbeResult(outcome) }
    answer.isTruncated = answer.body.count > request.bodyLimit
    answer.body = Array(answer.body.prefix(request.bodyLimit))
    return HTTPProbeResult(.answered(answer))
  }
}

/// What was recorded of servers: `http` of `recorded.yaml`.
package struct RecordedHTTPProbes: HTTPProbes {
  private let answers: [RecordedHTTP]
  private let files: HostFiles

  /// - Parameter files: know the sockets that the recording agent was not allowed to connect to.
  package init(_ answers: [RecordedHTTP], files: HostFiles) {
    self.answers = answers
    self.files = files
  }

  package func get(_ request: HTTPProbeRequest) -> HTTPProbeResult {
    if case .unix(let path) = request.target, files.forbids(path) {
      return HTTPProbeResult(.failed(HTTPProbeFailure(.connect, .denied)))
    }
    return answers.first { $0.answers(request) }?.result(of: request) ?? HTTPProbeResult(.notRecorded)
  }
}
