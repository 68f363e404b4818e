import AgentCore

extension Verdict {
  /// Check, subject and summary on one line; a summary that begins with its subject says it for both.
  var headline: String {
    let isNamed = !subject.isEmpty && summary.hasPrefix(subject)
    return "\(isNamed ? check.description : key.description): \(summary)"
  }
}
