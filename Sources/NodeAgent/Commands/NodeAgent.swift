import AgentHost
import ArgumentParser

/// The command line. `main` is synchronous: the thread it runs on becomes the event loop.
@main
struct NodeAgent: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nodeagent",
    abstract: "Tells what is wrong with this Kubernetes node, what users lost, and what to type.",
    discussion: """
      Start with 'nodeagent doctor'. It needs no configuration and changes nothing.
      """,
    version: AgentBuild.current.versionAndRevision,
    subcommands: [Doctor.self, Run.self, Explain.self, Checks.self, Metrics.self, Config.self])

  static func main() {
    ProcessCapabilities.raise()
    let words = CommandLine.arguments.dropFirst()
    if words.first == MountChild.word {
      MountChild.run(Array(words.dropFirst()), path: CommandLine.unsafeArgv[words.count])
    }
    if words.first == HelperMode.word { HelperMode.run(Array(words.dropFirst())) }
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      CommandExit(error, arguments: CommandLine.arguments).leave()
    }
  }
}
