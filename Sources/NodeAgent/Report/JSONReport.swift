import AgentKnowledge
import AgentCore
import FoundationEssentials

/// The JSON form of a report, schema version 1: fields are added, never renamed.
struct JSONReport: Encodable {
  static let schemaVersion = 1
  private let report: Report

  init(_ report: Report) { self.report = report }

  /// The document, its keys sorted, with a newline at its end.
  func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
  }

  private enum Key: String, CodingKey {
    case schemaVersion = "schema_version"
    case agent, host, roles, impact, verdicts, moves
    case observedAt = "observed_at"
    case duration = "duration_seconds"
    case exitStatus = "exit_status"
  }

  func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(Self.schemaVersion, forKey: .schemaVersion)
    let agent = ["version": report.agent.version, "revision": report.agent.revision, "arch": report.agent.arch]
    try object.encode(agent, forKey: .agent)
    try object.encode(report.host.name, forKey: .host)
    try object.encode(report.roles.sorted().map(\.rawValue), forKey: .roles)
    try object.encode(report.observedAt.iso8601, forKey: .observedAt)
    try object.encode((report.duration.inSeconds * 1e6).rounded() / 1e6, forKey: .duration)
    try object.encode(report.exitStatus, forKey: .exitStatus)
    let impact = report.impact.planes.map { ($0.key.rawValue, $0.value.rawValue) }
    try object.encode(Dictionary(uniqueKeysWithValues: impact), forKey: .impact)
    try object.encode(report.verdicts.map(JSONVerdict.init), forKey: .verdicts)
    if !report.moves.isEmpty { try object.encode(report.moves.map(JSONMove.init), forKey: .moves) }
  }
}

private struct JSONVerdict: Encodable {
  private let judged: JudgedVerdict

  init(_ judged: JudgedVerdict) { self.judged = judged }

  private enum Key: String, CodingKey {
    case check, plugin, area, subject, state, summary, evidence, planes, cause, remedy, since
    case recentChanges = "recent_changes"
  }

  func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    let verdict = judged.verdict
    try object.encode(verdict.check.description, forKey: .check)
    try object.encode(judged.plugin, forKey: .plugin)
    try object.encode(judged.area.rawValue, forKey: .area)
    try object.encode(verdict.subject, forKey: .subject)
    try object.encode(verdict.state.rawValue, forKey: .state)
    try object.encode(verdict.summary, forKey: .summary)
    try object.encode(verdict.evidence.map { ["source": $0.source, "value": $0.value] }, forKey: .evidence)
    try object.encode(judged.planes.map(\.rawValue), forKey: .planes)
    let cause = judged.cause.map { ["check": $0.check.description, "subject": $0.subject] }
    try object.encode(cause, forKey: .cause)
    try object.encode(judged.remedy, forKey: .remedy)
    try object.encode(judged.since?.iso8601, forKey: .since)
    try object.encode(judged.recentChanges, forKey: .recentChanges)
  }
}

extension HostTime {
  /// The wall clock in UTC, to the second: `2026-11-21T03:00:00Z`.
  var iso8601: String { Date(timeIntervalSince1970: wallSeconds.rounded(.down)).ISO8601Format() }
}
