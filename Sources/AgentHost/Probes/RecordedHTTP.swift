package import AgentText

/// One answer, or one failure, of a server of a recorded host: an item of `http` in `recorded.yaml`.
///
///     http:
///       - {target: "unix:/run/crio/crio.sock", path: /info, status: 200, body: '{"cgroup_driver": "systemd"}'}
///       - {target: "127.0.0.1:10248", fails: connect, reason: connection refused}
package struct RecordedHTTP: SettingsDecodable, Sendable {
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
