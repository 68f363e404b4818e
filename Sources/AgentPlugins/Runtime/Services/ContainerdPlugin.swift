package import AgentCore
import AgentHost
package import AgentKnowledge

/// containerd, where it is the kubelet's runtime: whether its socket accepts, and nothing more.
package struct ContainerdPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "containerd", area: .runtime, summary: "Whether containerd accepts connections.", checks: [responding],
    rhythm: .every(.seconds(10)), deadline: .seconds(3))
  private static let socket = "/run/containerd/containerd.sock"

  private static let responding = CheckDefinition(
    "containerd.responding", title: "containerd accepts connections on its socket",
    why: "Without its runtime the kubelet starts and ends no container, and the node turns NotReady.",
    source: "a connection to /run/containerd/containerd.sock", confirm: "ctr version",
    remedy: "systemctl restart containerd.service; journalctl -u containerd.service -n 50", undo: "nothing was changed",
    worst: .failing, lost: [.workloads],
    dependsOn: [Dependency("units.state", subject: .named("containerd.service"))], timing: .probe)

  /// What came of connecting.
  package struct Observation: Sendable, Equatable {
    /// When it was tried.
    package var takenAt: HostTime
    var irrelevance: String?
    var result: HTTPProbeResult
  }

  private let host: Host

  /// Watches a host.
  package init(host: Host) { self.host = host }

  /// The interval is enough for a server that is asked.
  package func triggers() -> AsyncStream<Trigger> { AsyncStream { $0.finish() } }

  /// Connects. containerd speaks HTTP/2 there, so an answer that is no HTTP/1.1 is a server that lives.
  package func observe(at time: HostTime) async throws -> Observation {
    let endpoint = try await host.kubelet.facts().configuration.text(
      ["containerRuntimeEndpoint"], flag: "container-runtime-endpoint")
    guard (endpoint.value ?? nil)?.contains("containerd") == true else {
      return Observation(
        takenAt: time, irrelevance: "containerd is not the kubelet's runtime here",
        result: HTTPProbeResult(.notRecorded))
    }
    let result = await host.http(HTTPProbeRequest(.unix(Self.socket), path: "/"))
    return Observation(takenAt: time, irrelevance: nil, result: result)
  }

  /// One verdict.
  package func judge(_ observation: Observation) -> [Verdict] {
    let check = Self.responding.id
    if let reason = observation.irrelevance { return [Verdict(check, .skipped, reason)] }
    switch observation.result.outcome {
    case .notRecorded: return [Verdict(check, .unknown, "the recording does not say whether containerd answers")]
    case .failed(let failure) where failure.phase == .connect && failure.reason == .denied:
      return [Verdict(check, .unknown, "\(Self.socket): \(failure); run it as root")]
    case .failed(let failure) where failure.phase == .connect:
      return [Verdict(check, .failing, "containerd does not answer on its socket: \(failure)")]
    case .failed, .answered: return [Verdict(check, .ok, "accepts connections")]
    }
  }

  /// Whether it accepts.
  package func metrics(_ observation: Observation) -> [MetricFamily] {
    let state = judge(observation).first?.state
    guard state == .ok || state == .failing else { return EndpointMeasure.families([]) }
    return EndpointMeasure.families([
      EndpointMeasure(
        endpoint: "containerd", target: "\(ProbeTarget.unix(Self.socket))", isUp: state == .ok,
        latency: observation.result.times.connect)
    ])
  }
}
