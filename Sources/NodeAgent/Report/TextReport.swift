import AgentText
import AgentKnowledge
import AgentCore

/// The report as a person reads it on a terminal: readable without colour and on eighty columns.
struct TextReport {
  struct Style {
    var width = 80
    var color = false
    /// Shows what is well and what was skipped too, and the evidence of everything.
    var verbose = false
  }

  private let report: Report
  private let style: Style
  private var page: TextPage

  static func render(_ report: Report, style: Style) -> String {
    var text = TextReport(report, style)
    text.write()
    return text.page.text
  }

  private init(_ report: Report, _ style: Style) {
    self.report = report
    self.style = style
    page = TextPage(width: style.width, color: style.color)
  }

  private mutating func write() {
    writeHead()
    writeImpact()
    writeVerdicts()
    writeMoves()
    writeFoot()
  }

  private mutating func writeHead() {
    let roles = report.roles.sorted().map(\.rawValue).joined(separator: ", ")
    let facts: [String?] = [report.host.system, report.host.kernel.map { "kernel \($0)" }, report.observedAt.iso8601]
    page.paragraph([.bold(report.host.name), .plain(" (\(roles))")])
    page.paragraph([.plain(facts.compactMap { $0 }.joined(separator: ", "))])
    if report.roles == [.candidate] {
      let found = report.roleProblem.map { "Its role cannot be seen (\($0))" } ?? "No Kubernetes role found"
      page.paragraph([.dim("\(found): judged as a machine that is about to join a cluster.")])
    }
    page.blank()
    page.paragraph([.bold(tally())])
  }

  private func tally() -> String {
    func count(_ state: CheckState) -> Int { report.verdicts.count { $0.state == state } }
    let warnings = count(.warning)
    let findings = [
      (count(.failing), "failing"), (warnings, warnings == 1 ? "warning" : "warnings"),
      (count(.unknown), "could not be checked"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    let rest = "\(count(.ok)) ok, \(count(.skipped)) skipped"
    guard findings.isEmpty else { return findings.joined(separator: ", ") + "; " + rest }
    return count(.ok) == 0 ? "Nothing could be looked at here: \(rest)" : "All well: \(rest)"
  }

  private mutating func writeImpact() {
    let isSeen = report.impact.planes.values.contains { $0 != .unknown }
    guard isSeen || report.impact.reasons.values.contains(where: { !$0.isEmpty }) else { return }
    page.blank()
    for (impact, title, tone) in [
      (Impact.lost, "Lost", TextPage.Tone.bad), (.atRisk, "At risk", .warn), (.ok, "Works", .good),
      (.unknown, "Not seen", .dim),
    ] {
      let planes = Plane.allCases.filter { report.impact.planes[$0] == impact }
      guard !planes.isEmpty else { continue }
      page.item(label: title, tone: tone, labelWidth: 10, planes.map(\.title).joined(separator: ", "))
    }
  }

  private mutating func writeVerdicts() {
    var area: Area?
    for verdict in report.verdicts where style.verbose || verdict.state.isFinding {
      if verdict.cause == nil, verdict.area != area {
        page.blank()
        page.paragraph([.bold(verdict.area.rawValue)])
        area = verdict.area
      }
      write(verdict)
    }
  }

  private mutating func write(_ verdict: JudgedVerdict) {
    let depth = verdict.cause == nil ? 2 : 6
    let prefix = verdict.cause == nil ? "" : "so also "
    page.item(
      label: verdict.state.label, tone: verdict.state.tone, labelWidth: 9, indent: depth,
      prefix + verdict.verdict.headline)
    let inner = depth + 9
    if style.verbose {
      for evidence in verdict.verdict.evidence {
        page.item(label: "saw", labelWidth: 6, indent: inner, "\(evidence.source): \(evidence.value)")
      }
    }
    guard verdict.cause == nil, verdict.state.isFinding else { return }
    if !verdict.planes.isEmpty { page.item(label: "hits", labelWidth: 6, indent: inner, planes(verdict)) }
    if let remedy = verdict.remedy { page.command(label: "type", labelWidth: 6, indent: inner, remedy) }
  }

  private func planes(_ verdict: JudgedVerdict) -> String {
    let lost = verdict.state == .failing ? verdict.lost : []
    let endangered = verdict.atRisk.filter { !lost.contains($0) }
    return [
      lost.isEmpty ? nil : lost.map(\.title).joined(separator: ", ") + " lost",
      endangered.isEmpty ? nil : endangered.map(\.title).joined(separator: ", ") + " at risk",
    ].compactMap(\.self).joined(separator: "; ")
  }

  /// The moves of each address, in the order of the report.
  private mutating func writeMoves() {
    guard style.verbose else { return }
    var left = report.moves
    while let address = left.first?.address {
      page.blank()
      page.paragraph([.bold("moves of \(address) (newest first)")])
      for move in left where move.address == address {
        let gap = move.gap.map { ", nobody for \($0.briefly) at most" } ?? ""
        page.item(label: move.at.iso8601, labelWidth: 22, indent: 2, "\(move.from) → \(move.to)\(gap)")
      }
      left.removeAll { $0.address == address }
    }
  }

  private mutating func writeFoot() {
    guard let first = report.verdicts.first(where: \.state.isFinding) else { return }
    page.blank()
    page.paragraph([.dim("More on a finding: nodeagent explain \(first.verdict.check)")])
  }
}

extension Duration {
  /// To the tenth of a second below ten seconds, where it matters: `1.2 s`, `45 s`, `12 min`.
  fileprivate var briefly: String {
    let tenths = Int((inSeconds * 10).rounded(.up))
    return tenths < 100 ? "\(tenths / 10).\(tenths % 10) s" : spoken
  }
}

extension CheckState {
  fileprivate var label: String { rawValue.uppercased() }

  fileprivate var tone: TextPage.Tone {
    switch self {
    case .failing: .bad
    case .warning: .warn
    case .unknown: .warn
    case .ok: .good
    case .skipped: .dim
    }
  }
}
