import AgentHost
import AgentCore
import AgentKnowledge
import AgentText

/// The numbers of servers and exports.
struct NFSMetrics {
  let observation: NFSObservation
  let settings: NFSSettings

  var families: [MetricFamily] {
    [mountUp, mountPoints, serverUp, serverLatency, requests, retransmissions, timeouts, blockedTasks, affectedVolumes]
      .filter { !$0.samples.isEmpty }
  }

  private var exports: [(server: NFSServerView, export: NFSExportView)] {
    observation.servers.flatMap { server in server.exports.map { (server, $0) } }
  }

  private var mountUp: MetricFamily {
    MetricFamily(
      "nodeagent_nfs_mount_up", help: "Whether what is mounted answers: 1, or 0 when it is stuck or stale.",
      samples: exports.compactMap { server, export in
        let verdict = NFSExportJudge(
          server: server, export: export, settings: settings, countersProblem: nil
        ).responding
        guard verdict.state != .unknown, verdict.state != .skipped else { return nil }
        return sample(verdict.state == .failing ? 0 : 1, export)
      })
  }

  private var mountPoints: MetricFamily {
    MetricFamily(
      "nodeagent_nfs_mount_points", help: "At how many places it is mounted.",
      samples: exports.map { _, export in
        sample(Double(export.systems.reduce(0) { $0 + $1.system.points.count }), export)
      })
  }

  private var serverUp: MetricFamily {
    MetricFamily(
      "nodeagent_nfs_server_up", help: "Whether the server answers a NULL call on the port of its mounts.",
      samples: observation.servers.compactMap { server in
        guard let answer = server.worst?.answer, answer != .notRecorded else { return nil }
        let isUp = !(server.isDown && !(answer.isRefusal && server.exports.isEmpty))
        return MetricSample(isUp ? 1 : 0, ["server": server.name])
      })
  }

  private var serverLatency: MetricFamily {
    MetricFamily(
      "nodeagent_nfs_server_latency_seconds", help: "How long the server took to connect and answer.",
      samples: observation.servers.compactMap { server in
        guard case .serves(let time) = server.worst?.answer else { return nil }
        return MetricSample(time.inSeconds, ["server": server.name])
      })
  }

  private var requests: MetricFamily {
    counter("nodeagent_nfs_rpc_requests_total", "Requests that were completed.", \.requests)
  }

  private var retransmissions: MetricFamily {
    counter(
      "nodeagent_nfs_rpc_retransmissions_total", "How often requests were sent again.", \.retransmissions)
  }

  private var timeouts: MetricFamily {
    counter("nodeagent_nfs_rpc_timeouts_total", "Requests that ran into their major timeout.", \.timeouts)
  }

  private var blockedTasks: MetricFamily {
    guard case .tasks(let tasks) = observation.tasks, tasks.hidden == 0 || !tasks.waiting.isEmpty else {
      return MetricFamily("nodeagent_nfs_blocked_tasks", help: Self.blockedHelp)
    }
    return MetricFamily("nodeagent_nfs_blocked_tasks", help: Self.blockedHelp, value: Double(tasks.waiting.count))
  }

  /// So many volumes are named: what the rest suffers from is the same.
  private static let mostVolumes = 20

  private var affectedVolumes: MetricFamily {
    let samples = observation.servers.flatMap { server in
      let victims = NFSVictims(
        systems: NFSImpact(of: server, settings).systems, pods: observation.pods.value)
      return victims.volumes.map { volume in
        MetricSample(
          1,
          [
            "server": server.name, "volume": PlainText.short(volume.name), "pod": victims.name(volume.pod),
          ])
      }
    }
    return MetricFamily(
      "nodeagent_nfs_affected_volume_info",
      help:
        "A pod's volume that waits, cannot be written, or is slow: 1 while that lasts, of \(Self.mostVolumes) at most.",
      samples: Array(samples.prefix(Self.mostVolumes)))
  }

  private static let blockedHelp = "Tasks in uninterruptible sleep inside NFS or RPC."

  private func counter(
    _ name: MetricName, _ help: String, _ value: (NFSStatistics) -> UInt64
  ) -> MetricFamily {
    MetricFamily(
      name, .counter, help: help,
      samples: exports.compactMap { _, export in
        let known = export.systems.compactMap(\.statistics)
        return known.isEmpty ? nil : sample(Double(known.reduce(0) { $0 &+ value($1) }), export)
      })
  }

  private func sample(_ value: Double, _ export: NFSExportView) -> MetricSample {
    MetricSample(value, ["server": export.server, "export": export.path])
  }
}
