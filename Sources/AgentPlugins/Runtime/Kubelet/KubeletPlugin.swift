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
