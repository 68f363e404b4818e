import AgentCore
import AgentHost

/// All that is known of one check, for a person.
struct CheckPage {
  private let entry: CheckCatalogue.Entry

  init(_ entry: CheckCatalogue.Entry) { self.entry = entry }

  /// Title and text of every section.
  var sections: [(title: String, text: String)] {
    let check = entry.check
    return [
      ("Why it matters", check.why), ("Facts from", check.source), ("Worst state", check.worst.rawValue),
      ("What is lost", impact), ("Explained by", explanations), ("Announced", announcement),
      ("Confirm", check.confirm), ("Mend", check.remedy), ("Undo", check.undo),
    ].filter { !$0.1.isEmpty }
  }

  /// For a terminal.
  func text(width: Int) -> String {
    var page = TextPage(width: width, color: false)
    page.paragraph([.plain("\(entry.check.id): \(entry.check.title)")])
    page.blank()
    for section in sections { page.item(label: section.title, labelWidth: 16, section.text) }
    return page.text
  }

  private var impact: String {
    let check = entry.check
    let lost = check.lost.isEmpty ? nil : "when it fails: " + check.lost.map(\.title).joined(separator: ", ")
    let risk = check.atRisk.isEmpty ? nil : "at risk: " + check.atRisk.map(\.title).joined(separator: ", ")
    let planes = [lost, risk].compactMap(\.self).joined(separator: "; ")
    guard !planes.isEmpty else { return "nothing by itself" }
    return planes + (entry.plugin.area == .prerequisites ? " (once the node has joined)" : "")
  }

  private var explanations: String {
    entry.check.dependsOn.map { dependency in
      if case .named(let subject) = dependency.subject { return "\(dependency.check) \(subject)" }
      return dependency.check.description
    }.joined(separator: ", ")
  }

  private var announcement: String {
    let timing = entry.check.timing
    guard timing != .fact else { return "at once, as is its end" }
    return "after \(timing.hold.words); its end after \(timing.clear.words)"
  }
}

extension Persistence {
  fileprivate var words: String {
    switch self {
    case .rounds(let rounds): rounds <= 1 ? "one round" : "\(rounds) rounds"
    case .lasting(let duration): duration.settingsText
    }
  }
}
