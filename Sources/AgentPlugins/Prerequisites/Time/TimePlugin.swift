import AgentHost
package import AgentCore
package import AgentKnowledge

/// The clock: whether something keeps it right, and how far it may be off.
package struct TimePlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "time", area: .prerequisites, summary: "The clock and what keeps it right.", checks: TimeChecks.all,
    rhythm: .every(.seconds(300)), deadline: .seconds(2))

  private let host: Host

  /// Watches a host.
  package init(host: Host) { self.host = host }

  /// A synchronisation by systemd-timesyncd, which touches a file then (systemd-timesyncd.service(8)).
  package func triggers() -> AsyncStream<Trigger> { host.changes(of: [TimeSource.synchronised]) }

  /// Asks the kernel, and looks who could have told it.
  package func observe(at time: HostTime) async throws -> TimeObservation {
    let (clock, mode) = (host.kernelClock, host.mode)
    let processes = await host.processes()
    return try await host.read { files in
      TimeSource.read(files, clock: clock.read(), processes: processes, mode: mode, at: time)
    }
  }

  /// One verdict, on every host: certificates are judged by the clock of balancers and NAS hosts too.
  package func judge(_ observation: TimeObservation) -> [Verdict] { [TimeJudge(observation).verdict] }

  /// Nothing that the check does not say.
  package func metrics(_ observation: TimeObservation) -> [MetricFamily] { [] }
}
