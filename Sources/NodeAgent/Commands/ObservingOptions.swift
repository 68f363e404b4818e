import AgentCore
import AgentHost
import ArgumentParser

/// The options that all commands share that look at the host.
struct ObservingOptions: ParsableArguments {
  @Option(help: "Configuration file. It may be absent unless it is named here.")
  var config: String?

  @Option(help: "Read the host's files below DIR: a container's /host, or a recorded host.")
  var root = "/"

  @Option(help: "What this host is for: auto, control-plane, worker, load-balancer or storage. May be repeated.")
  var role: [RoleName] = []

  @Option(help: "Run only these: a check, a plugin or an area. May be repeated.")
  var only: [String] = []

  @Option(help: "Leave these out: a check, a plugin or an area. May be repeated.")
  var skip: [String] = []

  @Option(
    help:
      "Seconds that one look may take in all; what has not answered by then is unknown. Without effect on a recorded host."
  )
  var timeout: Double?

  @Option(help: .hidden)
  var probe: ProbeMode?

  mutating func validate() throws {
    if let timeout, !(0.001...86_400).contains(timeout) {
      throw ValidationError("--timeout \(timeout): allowed are 0.001 to 86400 seconds")
    }
    if role.count > 1, role.contains(.auto) {
      throw ValidationError("--role auto stands beside other roles; give auto alone, or the roles")
    }
  }
}

extension RoleName: ExpressibleByArgument {}

/// Overrides whether the machine itself is asked, for tests that bring a tree and a network namespace of their own.
enum ProbeMode: String, CaseIterable, ExpressibleByArgument {
  case live, recorded

  var mode: HostRoot.Mode { self == .live ? .live : .recorded }
}
