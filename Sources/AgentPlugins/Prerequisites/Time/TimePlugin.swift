package import AgentCore
import AgentHost
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

/// The check of the clock, with its texts.
enum TimeChecks {
  static let all = [synchronised]

  private static let synchronised = CheckDefinition(
    "time.synchronised", title: "The clock is kept right",
    why: """
      Certificates count as expired or not yet valid on a clock that is wrong: the node drops out of its cluster, and \
      pulls of images and logins fail. A Raspberry Pi has no clock that runs while it is off. Virtual machines need a \
      time service too.
      """,
    source: """
      adjtimex(2): maxerror, which whoever corrects the clock sets and the kernel lets grow; the names of processes; \
      files that the last synchronisation touched
      """,
    confirm: "timedatectl; chronyc -n tracking || timedatectl timesync-status",
    remedy: "timedatectl set-ntp true", undo: "timedatectl set-ntp false",
    worst: .failing, atRisk: [.administration],
    // A step of the clock counts as unsynchronised until the next correction.
    timing: CheckTiming(hold: .lasting(.seconds(600)), clear: .none))
}
