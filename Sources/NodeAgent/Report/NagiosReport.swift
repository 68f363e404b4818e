import AgentCore

/// The report as one line for Nagios and what understands its plugins: Icinga, Checkmk, Sensu, Zabbix.
///
/// Source: the guidelines of monitoring-plugins.org. The exit status is the report's own, which is Nagios's too: 0 OK,
/// 1 WARNING, 2 CRITICAL, 3 UNKNOWN, of which CRITICAL goes first here, then UNKNOWN.
enum NagiosReport {
  /// The exit status for what could not be checked at all.
  static let unknown: Int32 = 3
  /// How many findings are named: older NRPE cuts a line off after 1023 bytes, and performance data come last.
  private static let named = 4

  /// The line: findings of the worst state by name, the others by number, then performance data.
  static func render(_ report: Report) -> String {
    "\(head(word(report.exitStatus)))\(oneLine(summary(report))) | \(performance(report))\n"
  }

  /// What to print instead of a report: the message on the first line, further mistakes on the following ones.
  static func complaint(_ message: String) -> String {
    let lines = message.split(whereSeparator: \.isNewline).map { oneLine(String($0)) }
    return head("UNKNOWN") + lines.joined(separator: "\n") + "\n"
  }

  private static func head(_ word: String) -> String { "NODEAGENT \(word) - " }

  private static func word(_ status: Int32) -> String {
    switch status {
    case 0: "OK"
    case 1: "WARNING"
    case 2: "CRITICAL"
    default: "UNKNOWN"
    }
  }

  private static func summary(_ report: Report) -> String {
    FindingSummary.text(report.verdicts, named: named, separator: "; ", name: \.headline)
  }

  /// `label=value;warning;critical`: a threshold of 0 is the range 0 to 0, which everything above it leaves.
  private static func performance(_ report: Report) -> String {
    func count(_ state: CheckState) -> Int { report.verdicts.count { $0.state == state } }
    return "failing=\(count(.failing));;0 warning=\(count(.warning));0 unknown=\(count(.unknown)) ok=\(count(.ok))"
      + " skipped=\(count(.skipped))"
  }

  /// A bar would begin performance data, and a line break further output.
  private static func oneLine(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          if scalar == "|" { return "/" }
          switch scalar.properties.generalCategory {
          case .control, .lineSeparator, .paragraphSeparator: return " "
          default: return scalar
          }
        }))
  }
}
