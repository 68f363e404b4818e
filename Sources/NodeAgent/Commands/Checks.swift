import AgentHost
import AgentPlugins
import ArgumentParser

/// `nodeagent checks`
struct Checks: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Lists every check of this agent.")

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json, markdown
  }

  @Option(name: .shortAndLong, help: "Form of the list.")
  var output = Format.text

  @Option(help: "With --output markdown: write a page for every check, and an index, into DIR.")
  var directory: String?

  func validate() throws {
    if directory != nil, output != .markdown {
      throw ValidationError("--directory needs --output markdown")
    }
  }

  func run() throws {
    let catalogue = CheckCatalogue(PluginRegistry.all)
    switch output {
    case .text: StandardStreams.output(catalogue.text())
    case .json: StandardStreams.output(try catalogue.json())
    case .markdown: try write(CheckDocuments(catalogue).pages)
    }
  }

  private func write(_ pages: [CheckDocuments.Page]) throws {
    guard let directory else {
      return StandardStreams.output(pages.map(\.text).joined(separator: "\n"))
    }
    do {
      let target = try OutputDirectory(directory)
      for page in pages { try target.write(page.text, to: page.name) }
    } catch {
      StandardStreams.error("\(error)")
      throw ExitCode(1)
    }
  }
}
