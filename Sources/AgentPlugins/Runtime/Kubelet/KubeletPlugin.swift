package import AgentCore
import AgentHost
package import AgentKnowledge
import AgentText

/// The kubelet: its configuration, its certificate, its health page.
package struct KubeletPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "kubelet", area: .runtime, summary: "The kubelet's configuration, client certificate and health.",
    checks: KubeletChecks.all, rhythm: .every(.seconds(10)), deadline: .seconds(3),
    requirements: [
      Requirement(
        .file("/var/lib/kubelet/config.yaml"), for: ["kubelet.configuration", "kubelet.healthz"],
        permission: "CAP_DAC_READ_SEARCH"),
      Requirement(
        .file(KubeletSourceReader.current), for: ["kubelet.certificate"], permission: "CAP_DAC_READ_SEARCH"),
    ])

  private let host: Host

  /// Watches a host.
  package init(host: Host) { self.host = host }

  /// Every change of the kubelet's files.
  package func triggers() -> AsyncStream<Trigger> {
    host.changes(of: KubeletSource.watchedPaths + ["/var/lib/kubelet/pki"])
  }

  /// Reads its files and asks its health page.
  package func observe(at time: HostTime) async throws -> KubeletObservation {
    let facts = try await host.kubelet.facts()
    let roles = host.roles
    var observation = try await host.read { KubeletSourceReader.read($0, facts: facts, roles: roles, at: time) }
    guard observation.irrelevance == nil else { return observation }
    observation.health = await health(facts.configuration)
    return observation
  }

  /// One verdict for each check.
  package func judge(_ observation: KubeletObservation) -> [Verdict] {
    if let reason = observation.irrelevance {
      return KubeletChecks.all.map { Verdict($0.id, .skipped, reason) }
    }
    return [
      KubeletConfigurationJudge(observation: observation).verdict,
      KubeletCertificateJudge(observation: observation).verdict, KubeletHealthJudge(observation.health).verdict,
    ]
  }

  /// Whether it answers, and how fast.
  package func metrics(_ observation: KubeletObservation) -> [MetricFamily] {
    guard case .asked(let answer) = observation.health else { return EndpointMeasure.families([]) }
    return EndpointMeasure.families(answer.measure(endpoint: "kubelet").map { [$0] } ?? [])
  }

  /// Address and port as the kubelet takes them; port 0 means that it serves no health page.
  private func health(_ configuration: KubeletConfiguration) async -> KubeletObservation.Health {
    let address = configuration.text(["healthzBindAddress"], flag: "healthz-bind-address")
    let port = configuration.int(["healthzPort"], flag: "healthz-port", default: 10248)
    if let problem = address.problem ?? port.problem { return .unknown("\(problem)") }
    let text = (address.value ?? nil).flatMap { $0.isEmpty ? nil : $0 } ?? "127.0.0.1"
    guard port.value != 0 else { return .off(source: port.source) }
    guard let named = try? IPAddress(settingsScalar: text),
      let number = try? PortNumber(settingsScalar: "\(port.value ?? 0)")
    else { return .unknown("\(address.source): '\(PlainText.short(text))' and port \(port.value ?? 0) are no address") }
    // A server on the wildcard address is asked on loopback.
    let asked = named.isUnicast ? named : IPAddress(loopback: named.family)
    return .asked(await host.health(.tcp(asked, number), path: "/healthz"))
  }
}

/// The checks of the kubelet, with their texts.
enum KubeletChecks {
  static let all = [configuration, certificate, healthz]

  private static let configuration = CheckDefinition(
    "kubelet.configuration", title: "The kubelet can read its configuration",
    why: "A kubelet that cannot read its configuration ends at once and is started again every 10 s; no pod runs.",
    source: "/var/lib/kubelet/config.yaml, its drop-ins and the flags of kubelet.service, as the kubelet reads them",
    confirm: "journalctl -u kubelet.service -n 20 --no-pager; cat /var/lib/kubelet/config.yaml",
    remedy: "editor /var/lib/kubelet/config.yaml; systemctl restart kubelet.service",
    undo: "put the former content back and restart kubelet.service", worst: .failing, lost: [.workloads])

  private static let certificate = CheckDefinition(
    "kubelet.certificate", title: "The kubelet's client certificate is valid and is renewed in time",
    why: """
      With it the kubelet logs in to the API server. When it ends, the node turns NotReady and its pods are moved away, \
      long before anybody looks at a certificate.
      """,
    source: "the certificate in /var/lib/kubelet/pki/kubelet-client-current.pem; the key behind it is not read",
    confirm: "openssl x509 -noout -dates -in /var/lib/kubelet/pki/kubelet-client-current.pem",
    remedy: "systemctl restart kubelet.service; journalctl -u kubelet.service | grep -i certificate",
    undo: "nothing was changed", worst: .failing, lost: [.workloads], dependsOn: [Dependency("time.synchronised")])

  private static let healthz = CheckDefinition(
    "kubelet.healthz", title: "The kubelet answers that it is healthy",
    why: "A kubelet that hangs starts and ends no pod, and soon its node is NotReady.",
    source: "GET /healthz on healthzBindAddress and healthzPort, 127.0.0.1:10248 unless configured",
    confirm: "curl -s -w '\\n%{http_code}\\n' http://127.0.0.1:10248/healthz",
    remedy: "systemctl restart kubelet.service; journalctl -u kubelet.service -n 50", undo: "nothing was changed",
    worst: .failing, lost: [.workloads],
    dependsOn: [
      Dependency("units.state", subject: .named("kubelet.service")), Dependency("kubelet.configuration"),
      Dependency("units.state", subject: .named("crio.service")),
      Dependency("units.state", subject: .named("containerd.service")), Dependency("crio.responding"),
      Dependency("containerd.responding"), Dependency("nfs.responding"),
    ], timing: .probe)
}

/// Whether the kubelet says that it is healthy.
struct KubeletHealthJudge {
  private let health: KubeletObservation.Health

  init(_ health: KubeletObservation.Health) { self.health = health }

  var verdict: Verdict {
    switch health {
    case .notAsked: say(.skipped, "not asked")
    case .unknown(let reason): say(.unknown, reason)
    case .off(let source): say(.skipped, "it serves no health page", [Evidence(source, "healthzPort: 0")])
    case .asked(let answer):
      switch answer.meaning {
      case .healthy: say(.ok, "answers that it is healthy", [Evidence("\(answer.target)\(answer.path)", "200")])
      case .unhealthy(let words): say(.failing, "the kubelet \(words)")
      case .unseen(let reason): say(.unknown, reason)
      }
    }
  }

  private func say(_ state: CheckState, _ summary: String, _ evidence: [Evidence] = []) -> Verdict {
    Verdict("kubelet.healthz", state, summary, evidence: evidence)
  }
}
