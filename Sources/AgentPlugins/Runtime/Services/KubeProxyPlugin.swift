import AgentText
package import AgentCore
package import AgentKnowledge

/// kube-proxy's health page, where it runs.
package struct KubeProxyPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "kube-proxy", area: .runtime, summary: "kube-proxy's health, where it runs.", checks: [healthz],
    rhythm: .every(.seconds(10)), deadline: .seconds(3))

  private static let healthz = CheckDefinition(
    "kube-proxy.healthz", title: "kube-proxy keeps the Services' rules up to date",
    why: "A kube-proxy that hangs leaves old rules: Services lead to pods that are gone.",
    source: "GET /healthz on port 10256 of loopback, where a process kube-proxy runs",
    confirm: "curl -s http://127.0.0.1:10256/healthz",
    remedy: """
      kubectl -n kube-system delete pod -l k8s-app=kube-proxy --field-selector spec.nodeName=$(hostname)
      """, undo: "nothing was changed", worst: .failing, lost: [.workloads, .lanAccess],
    dependsOn: [Dependency("units.state", subject: .named("kubelet.service"))], timing: .probe)

  private let watched: WatchedProcess

  /// Watches a host.
  package init(host: Host) {
    watched = WatchedProcess(
      host: host, name: "kube-proxy", port: .kubeProxyHealth, path: "/healthz",
      absence: "no kube-proxy runs here: another data path stands in for it, or none is installed yet")
  }

  /// The interval is enough for a health page.
  package func triggers() -> AsyncStream<Trigger> { AsyncStream { $0.finish() } }

  /// Looks for the process and asks its page.
  package func observe(at time: HostTime) async throws -> WatchedProcess.Observation {
    await watched.observe(at: time)
  }

  /// One verdict.
  package func judge(_ observation: WatchedProcess.Observation) -> [Verdict] {
    [observation.verdict(Self.healthz.id, subject: "kube-proxy")]
  }

  /// Whether it answers, and how fast.
  package func metrics(_ observation: WatchedProcess.Observation) -> [MetricFamily] {
    observation.metrics(endpoint: "kube-proxy")
  }
}
