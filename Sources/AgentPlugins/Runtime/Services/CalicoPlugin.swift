import AgentText
package import AgentCore
package import AgentKnowledge

/// Felix, Calico's agent on every node, where it runs.
package struct CalicoPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "calico", area: .runtime, summary: "The health of Calico's Felix, where it runs.", checks: [felix],
    rhythm: .every(.seconds(10)), deadline: .seconds(3))

  private static let felix = CheckDefinition(
    "calico.felix", title: "Calico's Felix programs this node's routes and policies",
    why: "While it is down new pods get no network, and changed policies are not applied.",
    source: "GET /liveness on 127.0.0.1:9099, where a process calico-node runs",
    confirm: "curl -s -w '%{http_code}\\n' http://127.0.0.1:9099/liveness",
    remedy: """
      kubectl -n calico-system delete pod -l k8s-app=calico-node --field-selector spec.nodeName=$(hostname)
      """, undo: "nothing was changed", worst: .failing, lost: [.workloads, .lanAccess],
    dependsOn: [Dependency("units.state", subject: .named("kubelet.service"))], timing: .probe)

  private let watched: WatchedProcess

  /// Watches a host.
  package init(host: Host) {
    watched = WatchedProcess(
      host: host, name: "calico-node", port: .felixHealth, path: "/liveness", absence: "no calico-node runs here")
  }

  /// The interval is enough for a health page.
  package func triggers() -> AsyncStream<Trigger> { AsyncStream { $0.finish() } }

  /// Looks for the process and asks its page.
  package func observe(at time: HostTime) async throws -> WatchedProcess.Observation {
    await watched.observe(at: time)
  }

  /// One verdict.
  package func judge(_ observation: WatchedProcess.Observation) -> [Verdict] {
    [observation.verdict(Self.felix.id, subject: "Felix")]
  }

  /// Whether it answers, and how fast.
  package func metrics(_ observation: WatchedProcess.Observation) -> [MetricFamily] {
    observation.metrics(endpoint: "felix")
  }
}
