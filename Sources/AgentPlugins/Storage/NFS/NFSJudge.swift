import AgentHost
import AgentCore

/// Judges the servers, their exports, and who waits for them.
struct NFSJudge {
  let observation: NFSObservation
  let settings: NFSSettings

  var verdicts: [Verdict] {
    if observation.servers.isEmpty {
      let reason = observation.problem.map { "\($0)" }
      return NFSChecks.all.map {
        Verdict(
          $0.id, reason == nil ? .skipped : .unknown,
          reason ?? "no NFS is mounted here, and cluster.storage.nfs names none")
      }
    }
    let servers = observation.servers.flatMap { server in
      [NFSServerJudge(server: server, settings: settings).verdict]
        + server.exports.flatMap { export in
          var judge = NFSExportJudge(
            server: server, export: export, settings: settings, countersProblem: observation.countersProblem)
          judge.pods = observation.pods.value
          return judge.verdicts
        }
    }
    let waiting = NFSWaitJudge(observation: observation)
    return servers + [waiting.blockedTasks, waiting.stuckMounts]
      + observation.servers.map { waiting.pods($0, settings) } + unmounted
  }

  /// The checks of exports, where servers are configured and nothing of them is mounted.
  private var unmounted: [Verdict] {
    guard observation.servers.allSatisfy(\.exports.isEmpty) else { return [] }
    let reason = observation.problem.map { "\($0)" }
    return (["nfs.responding", "nfs.retransmissions", "nfs.read-only", "nfs.space"] as [CheckID]).map {
      Verdict($0, reason == nil ? .skipped : .unknown, reason ?? "nothing of the configured servers is mounted here")
    }
  }
}
