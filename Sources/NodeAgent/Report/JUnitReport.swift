import AgentKnowledge
import AgentCore

/// The report as the XML that CI servers read as results of tests: Jenkins, GitLab and others.
///
/// There is no standard. The form is what the schemas of Maven's Surefire and of Jenkins's xUnit plugin (junit-10.xsd)
/// have in common: a suite for each area, a case for each verdict. Failing is `failure`; a warning is one too, of type
/// `warning`, because CI has no state between right and wrong; what could not be checked is `error`.
struct JUnitReport {
  private let report: Report
  private var xml = XMLText()

  /// The document.
  static func render(_ report: Report) -> String {
    var document = JUnitReport(report: report)
    document.write()
    return document.xml.text
  }

  private init(report: Report) { self.report = report }

  private mutating func write() {
    let total = report.rounds.values.reduce(Duration.zero, +)
    xml.open("testsuites", [("name", "nodeagent")] + counts(report.verdicts) + [("time", Self.seconds(total))])
    for area in Area.allCases {
      let verdicts = report.verdicts.filter { $0.area == area }
      if !verdicts.isEmpty { write(area, verdicts) }
    }
    xml.close("testsuites")
  }

  private mutating func write(_ area: Area, _ verdicts: [JudgedVerdict]) {
    let plugins = Set(verdicts.map(\.plugin))
    let time = plugins.compactMap { report.rounds[$0] }.reduce(Duration.zero, +)
    xml.open(
      "testsuite",
      [("name", area.rawValue)] + counts(verdicts) + [
        ("skipped", "\(verdicts.count { $0.state == .skipped })"), ("time", Self.seconds(time)),
        // The schemas have no time zone; it is UTC.
        ("timestamp", String(report.observedAt.iso8601.dropLast())), ("hostname", report.host.name),
      ])
    xml.open("properties")
    for (name, value) in properties { xml.empty("property", [("name", name), ("value", value)]) }
    xml.close("properties")
    for verdict in verdicts { write(verdict) }
    xml.close("testsuite")
  }

  private var properties: [(String, String)] {
    [
      ("nodeagent.version", report.agent.version), ("host.arch", report.agent.arch),
      ("host.roles", report.roles.sorted().map(\.rawValue).joined(separator: ",")),
    ]
      + [("host.system", report.host.system), ("host.kernel", report.host.kernel)].compactMap { name, value in
        value.map { (name, $0) }
      }
  }

  private func counts(_ verdicts: [JudgedVerdict]) -> [(String, String)] {
    [
      ("tests", "\(verdicts.count)"),
      ("failures", "\(verdicts.count { $0.state == .failing || $0.state == .warning })"),
      ("errors", "\(verdicts.count { $0.state == .unknown })"),
    ]
  }

  private mutating func write(_ judged: JudgedVerdict) {
    let attributes = [
      ("classname", judged.plugin), ("name", judged.verdict.key.description), ("time", Self.seconds(share(judged))),
    ]
    let message = ("message", judged.verdict.summary)
    let type = ("type", judged.state.rawValue)
    let content: (name: String, attributes: [(String, String)], text: String)
    switch judged.state {
    case .ok: return xml.empty("testcase", attributes)
    case .skipped: content = ("skipped", [message], "")
    case .unknown: content = ("error", [message, type], Self.details(judged))
    case .failing, .warning: content = ("failure", [message, type], Self.details(judged))
    }
    xml.open("testcase", attributes)
    xml.leaf(content.name, content.attributes, text: content.text)
    xml.close("testcase")
  }

  /// A plugin looks at everything at once: each of its cases gets an equal part of the time.
  private func share(_ judged: JudgedVerdict) -> Duration {
    (report.rounds[judged.plugin] ?? .zero) / report.verdicts.count { $0.plugin == judged.plugin }
  }

  private static func details(_ judged: JudgedVerdict) -> String {
    let planes = judged.planes.map(\.title).joined(separator: ", ")
    let lines =
      judged.verdict.evidence.map { "saw \($0.source): \($0.value)" }
      + [
        judged.cause.map { "follows from \($0)" }, planes.isEmpty ? nil : "hits \(planes)",
        judged.remedy.map { "type \($0)" },
      ].compactMap(\.self)
    return lines.joined(separator: "\n")
  }

  /// To the microsecond, without an exponent.
  private static func seconds(_ duration: Duration) -> String {
    let micros = max(0, duration.wholeNanoseconds / 1000)
    let digits = "\(micros % 1_000_000)"
    return "\(micros / 1_000_000)." + String(repeating: "0", count: 6 - digits.count) + digits
  }
}
