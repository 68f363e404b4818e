package import AgentCore
import AgentHost
package import AgentKnowledge
package import AgentText

/// Watches the agent: what it may not read, whether its plugins look, what it costs.
package struct SelfPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "agent", area: .agent, summary: "The agent itself: its rights, its rounds, its memory and its sources.",
    checks: SelfChecks.all, rhythm: .every(.seconds(60)), deadline: .seconds(2))

  private let host: Host
  private let settings: SelfSettings

  /// Makes the plugin.
  package init(host: Host, settings: SelfSettings) {
    self.host = host
    self.settings = settings
  }

  /// A lost system bus; for the rest the interval is enough.
  package func triggers() -> AsyncStream<Trigger> { host.systemd.connectionChanges() }

  /// Reads its own process and tries what the plugins need.
  package func observe(at time: HostTime) async throws -> SelfObservation {
    let requirements = host.agent.requirements()
    guard host.mode == .live else { return SelfObservation(takenAt: time, live: nil) }
    let watching = await host.agent.fileWatching()
    let rounds = host.agent.rounds()
    let (reading, dropped) = (host.agent.reading(), host.agent.droppedLogEntries())
    let bus = await host.systemd.health()
    let network = await host.network.counters()
    return try await host.read { files in
      let process = try OwnProcess()
      let denied = requirements.compactMap { requirement in
        Self.denial(of: requirement, files, process).map { DeniedRequirement(requirement: requirement, reason: $0) }
      }
      // Where systemd did not start the host nobody expects a bus.
      let isSystemd = try files.kind("/run/systemd/system") == .directory
      return SelfObservation(
        takenAt: time,
        live: SelfObservation.Live(
          process: process, neededCapabilities: Self.capabilities(in: requirements), denied: denied, rounds: rounds,
          watching: watching, droppedLogEntries: dropped, reading: reading, bus: isSystemd ? bus : nil,
          network: network, memoryLimit: settings.memoryLimit))
    }
  }

  /// Judges the agent.
  package func judge(_ observation: SelfObservation) -> [Verdict] { SelfJudge(observation).verdicts }

  /// What every Prometheus client tells of its process, and what the plugins lack.
  package func metrics(_ observation: SelfObservation) -> [MetricFamily] { SelfMetrics.families(observation) }

  private static func capabilities(in requirements: [Requirement]) -> Set<Capability> {
    Set(
      requirements.compactMap {
        if case .capability(let capability) = $0.resource { capability } else { nil }
      })
  }

  /// The reason when the resource is there and may not be read, or the capability is not there.
  private static func denial(
    of requirement: Requirement, _ files: HostFiles, _ process: OwnProcess
  ) -> DeniedRequirement.Reason? {
    switch requirement.resource {
    case .capability(let capability): return process.has(capability) ? nil : .capability(capability)
    case .file(let path):
      do {
        switch try files.kind(path) {
        case .directory: _ = try files.entries(path)
        case .regular: try files.probe(path)
        case .other, nil: break
        }
        return nil
      } catch { return error.reason == .permissionDenied ? .file(error) : nil }
    }
  }
}

/// The settings of the agent's own checks.
package struct SelfSettings: SettingsSection, Sendable {
  /// Anonymous memory, bytes, over which `agent.memory` warns.
  package var memoryLimit: Int

  /// Reads `agent.memory`: `limit`, in MiB.
  package init(from reader: SettingsReader) {
    memoryLimit = reader.check("agent.memory", as: Memory.self).limit << 20
  }

  private struct Memory: SettingsSection {
    var limit: Int
    init(from reader: SettingsReader) { limit = reader.value("limit", default: 64, in: 1...65_536) }
  }
}
