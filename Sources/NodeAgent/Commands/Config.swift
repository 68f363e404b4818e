import AgentText
import AgentHost
import AgentPlugins
import ArgumentParser

/// `nodeagent config`
struct Config: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Validates and shows the configuration, and prints examples of it.",
    subcommands: [Check.self, Show.self, Example.self])

  /// `nodeagent config check`
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Validates a configuration file and prints every mistake with its place.",
      discussion: "Exit status: 0 when it is right, 78 when it is not.")

    @Argument(help: "The file; \(Configuration.defaultPath), which may be absent, when none is named.")
    var file: String?

    func run() throws {
      let file = file
      try CommandRunner.run { loop in
        let configuration = try await ConfigurationLoading(file: file, root: "/", loop: loop).load()
        let count = configuration.effective.count { if case .configured = $0.origin { true } else { false } }
        StandardStreams.output("\(file ?? Configuration.defaultPath): right, \(count) values set\n")
        return 0
      }
    }
  }

  /// `nodeagent config show`
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows every value in effect and where it came from.")

    @Option(help: "Configuration file. It may be absent unless it is named here.")
    var config: String?

    @Option(help: "Read the host's files below DIR.")
    var root = "/"

    func run() throws {
      let (config, root) = (config, root)
      try CommandRunner.run { loop in
        let configuration = try await ConfigurationLoading(file: config, root: root, loop: loop).load()
        StandardStreams.output(EffectiveTable.render(configuration.effective))
        return 0
      }
    }
  }

  /// `nodeagent config example`
  struct Example: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints a complete configuration to start from.",
      discussion: """
        hybrid: bare metal, Keepalived and HAProxy outside the cluster, MetalLB, NFS, a tunnel to the Internet.
        proxmox: virtual machines, kube-vip on the masters.
        """)

    @Argument(help: "Which one: \(ConfigurationExample.allCases.map(\.rawValue).joined(separator: " or ")).")
    var name: ConfigurationExample

    func run() throws { StandardStreams.output(name.text) }
  }
}

extension ConfigurationExample: ExpressibleByArgument {}
