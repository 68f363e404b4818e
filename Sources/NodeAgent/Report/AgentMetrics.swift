import AgentCore

/// The metrics that the engine adds to those of the plugins.
enum AgentMetrics {
  /// Everything that `/metrics` shows; several plugins measure endpoints, so a name may stand more than once.
  static func families(_ snapshot: NodeSnapshot, agent: AgentBuild, roles: Set<Role>) -> [MetricFamily] {
    let node = JudgedNode(snapshot, roles: roles)
    return [buildInfo(agent), checkState(node), checkChanged(node), transitions(snapshot), impact(node)]
      + configuration(snapshot) + plugins(snapshot) + snapshot.plugins.flatMap { $0.state?.last.metrics ?? [] }
  }

  private static func buildInfo(_ agent: AgentBuild) -> MetricFamily {
    MetricFamily(
      "nodeagent_build_info", help: "Always 1; the agent's version, revision and architecture.",
      samples: [MetricSample(1, ["version": agent.version, "revision": agent.revision, "arch": agent.arch])])
  }

  private static func checkState(_ node: JudgedNode) -> MetricFamily {
    MetricFamily(
      "nodeagent_check_state", help: "State of a check: 0 ok, 1 warning, 2 failing, 3 unknown.",
      samples: node.verdicts.compactMap { judged in
        judged.state.metricValue.map { MetricSample($0, labels: judged.verdict.key.labels) }
      })
  }

  private static func checkChanged(_ node: JudgedNode) -> MetricFamily {
    MetricFamily(
      "nodeagent_check_changed_timestamp_seconds",
      help: "When a check that is not ok took its state, in seconds since 1970; absent when nobody saw it begin.",
      samples: node.verdicts.filter(\.state.isFinding).compactMap { judged in
        judged.since.map { MetricSample($0.wallSeconds, labels: judged.verdict.key.labels) }
      })
  }

  private static func transitions(_ snapshot: NodeSnapshot) -> MetricFamily {
    MetricFamily(
      "nodeagent_check_transitions_total", .counter, help: "Announced changes of state of a check, all subjects.",
      samples: snapshot.plugins.flatMap { entry in
        (entry.state?.last.transitions ?? [:]).sorted { $0.key < $1.key }.map {
          MetricSample(Double($0.value), ["check": $0.key.description])
        }
      })
  }

  private static func impact(_ node: JudgedNode) -> MetricFamily {
    MetricFamily(
      "nodeagent_impact", help: "What users lost of a plane: 0 nothing, 1 at risk, 2 lost; absent when unknown.",
      samples: Plane.allCases.compactMap { plane in
        node.impact.planes[plane]?.metricValue.map { MetricSample($0, ["plane": plane.rawValue]) }
      })
  }

  private static func configuration(_ snapshot: NodeSnapshot) -> [MetricFamily] {
    guard let status = snapshot.configuration else { return [] }
    return [
      MetricFamily(
        "nodeagent_config_last_reload_successful",
        help: "Whether the last reading of the configuration succeeded; if not, the one before is in force.",
        value: status.isCurrent ? 1 : 0),
      MetricFamily(
        "nodeagent_config_last_reload_success_timestamp_seconds",
        help: "When the configuration was last read with success, in seconds since 1970.",
        value: status.loadedAt.wallSeconds),
    ]
  }

  private static func plugins(_ snapshot: NodeSnapshot) -> [MetricFamily] {
    func family(
      _ name: MetricName, _ kind: MetricFamily.Kind, _ help: String, _ value: (PluginState) -> Double?
    ) -> MetricFamily {
      MetricFamily(
        name, kind, help: help,
        samples: snapshot.plugins.compactMap { entry in
          entry.state.flatMap(value).map { MetricSample($0, ["plugin": entry.active.name]) }
        })
    }
    return [
      family("nodeagent_plugin_up", .gauge, "Whether the plugin's last round succeeded.") {
        $0.last.problem == nil ? 1 : 0
      },
      family(
        "nodeagent_plugin_last_success_timestamp_seconds", .gauge,
        "When the plugin's last round succeeded, in seconds since 1970."
      ) { $0.lastSuccess?.wallSeconds },
      family("nodeagent_plugin_round_duration_seconds", .gauge, "How long the plugin's last round took.") {
        $0.last.duration.inSeconds
      },
      family("nodeagent_plugin_failures_total", .counter, "Rounds of the plugin that failed or timed out.") {
        Double($0.failures)
      },
    ]
  }
}

extension VerdictKey {
  fileprivate var labels: [MetricLabel] {
    [MetricLabel("check", check.description), MetricLabel("subject", subject)]
  }
}

extension Impact {
  /// The value of `nodeagent_impact`; nil for what has no series.
  fileprivate var metricValue: Double? {
    switch self {
    case .ok: 0
    case .atRisk: 1
    case .lost: 2
    case .unknown: nil
    }
  }
}
