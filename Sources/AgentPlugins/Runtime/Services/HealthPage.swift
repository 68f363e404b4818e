package import AgentCore
import AgentText

/// A server's health page, and the check that is made of it.
package struct HealthPage: Sendable {
  /// What the plugin is.
  package var descriptor: PluginDescriptor
  /// Its only check.
  let check: CheckDefinition
  /// The server's name in texts.
  let name: String
  /// The name of its process, at most 15 bytes.
  let process: String
  let port: PortNumber
  let path: String
  /// Its name in the metrics.
  let endpoint: String
  /// Why there is nothing to judge where no such process runs.
  let absence: String

  private init(
    _ plugin: String, summary: String, name: String, process: String, port: PortNumber, path: String, endpoint: String,
    absence: String, check: CheckDefinition
  ) {
    descriptor = PluginDescriptor(
      name: plugin, area: .runtime, summary: summary, checks: [check], rhythm: .every(.seconds(10)),
      deadline: .seconds(3))
    self.check = check
    self.name = name
    self.process = process
    self.port = port
    self.path = path
    self.endpoint = endpoint
    self.absence = absence
  }

  /// Felix, Calico's agent on every node.
  package static let calico = HealthPage(
    "calico", summary: "The health of Calico's Felix, where it runs.", name: "Felix", process: "calico-node",
    port: .felixHealth, path: "/liveness", endpoint: "felix", absence: "no calico-node runs here",
    check: CheckDefinition(
      "calico.felix", title: "Calico's Felix programs this node's routes and policies",
      why: "While it is down new pods get no network, and changed policies are not applied.",
      source: "GET /liveness on 127.0.0.1:9099, where a process calico-node runs",
      confirm: "curl -s -w '%{http_code}\\n' http://127.0.0.1:9099/liveness",
      remedy: """
        kubectl -n calico-system delete pod -l k8s-app=calico-node --field-selector spec.nodeName=$(hostname)
        """, undo: "nothing was changed", worst: .failing, lost: [.workloads, .lanAccess],
      dependsOn: [Dependency("units.state", subject: .named("kubelet.service"))], timing: .probe))

  /// kube-proxy.
  package static let kubeProxy = HealthPage(
    "kube-proxy", summary: "kube-proxy's health, where it runs.", name: "kube-proxy", process: "kube-proxy",
    port: .kubeProxyHealth, path: "/healthz", endpoint: "kube-proxy",
    absence: "no kube-proxy runs here: another data path stands in for it, or none is installed yet",
    check: CheckDefinition(
      "kube-proxy.healthz", title: "kube-proxy keeps the Services' rules up to date",
      why: "A kube-proxy that hangs leaves old rules: Services lead to pods that are gone.",
      source: "GET /healthz on port 10256 of loopback, where a process kube-proxy runs",
      confirm: "curl -s http://127.0.0.1:10256/healthz",
      remedy: """
        kubectl -n kube-system delete pod -l k8s-app=kube-proxy --field-selector spec.nodeName=$(hostname)
        """, undo: "nothing was changed", worst: .failing, lost: [.workloads, .lanAccess],
      dependsOn: [Dependency("units.state", subject: .named("kubelet.service"))], timing: .probe))
}
