import AgentText
import AgentCore

/// All that is known of one check, for a person.
struct CheckPage {
  private let entry: CheckCatalogue.Entry

  init(_ entry: CheckCatalogue.Entry) { self.entry = entry }

  struct Section {
    var title: String
    var text: String
    /// Whether the text is something to type, which must be copied whole.
    var isCommand = false
  }

  /// What the page says, in its order.
  var sections: [Section] {
    let check = entry.check
    return [
      Section(title: "Why it matters", text: check.why), Section(title: "Facts from", text: check.source),
      Section(title: "Worst state", text: check.worst.rawValue), Section(title: "What is lost", text: impact),
      Section(title: "Explained by", text: explanations), Section(title: "Announced", text: announcement),
      Section(title: "Confirm", text: check.confirm, isCommand: true),
      Section(title: "Mend", text: check.remedy, isCommand: true),
      Section(title: "Undo", text: check.undo, isCommand: true),
    ].filter { !$0.text.isEmpty }
  }

  /// For a terminal.
  func text(width: Int) -> String {
    var page = TextPage(width: width, color: false)
    page.paragraph([.plain("\(entry.check.id): \(entry.check.title)")])
    page.blank()
    for section in sections {
      if section.isCommand {
        page.command(label: section.title, labelWidth: 16, indent: 0, section.text)
      } else {
        page.item(label: section.title, labelWidth: 16, section.text)
      }
    }
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
