import AgentCore
import AgentHost
import AgentPlugins
import ArgumentParser

/// `nodeagent explain`
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Explains one check: why it matters, where its facts come from, how to confirm, mend and undo.",
    discussion: "'nodeagent checks' lists all of them.")

  @Argument(help: "The check, for example swap.policy.")
  var check: String

  func run() throws {
    let catalogue = CheckCatalogue(PluginRegistry.all)
    guard let entry = catalogue.entry(check) else {
      let near = NearNames.near(check, in: catalogue.entries.map(\.check.id.description))
      let hint = near.isEmpty ? "." : "; did you mean \(near.joined(separator: ", "))?"
      throw ValidationError("'\(check)' is no check\(hint) See 'nodeagent checks'.")
    }
    StandardStreams.output(CheckPage(entry).text(width: min(Terminal.width, 100)))
  }
}
