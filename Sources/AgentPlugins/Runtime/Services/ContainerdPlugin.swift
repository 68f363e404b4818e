package import AgentCore
import AgentHost
package import AgentKnowledge

/// containerd, where it is the kubelet's runtime or will be: whether its configuration leaves the interface for
/// Kubernetes on, and whether its socket accepts.
package struct ContainerdPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "containerd", area: .runtime, summary: "Whether containerd serves Kubernetes.", checks: [responding],
    rhythm: .every(.seconds(10)), deadline: .seconds(3))
  private static let socket = "/run/containerd/containerd.sock"

  private static let responding = CheckDefinition(
    "containerd.responding", title: "containerd serves the kubelet",
    why: """
      Without its runtime the kubelet starts and ends no container, and the node turns NotReady. Docker's package of \
      containerd switches the interface for Kubernetes off: kubeadm and the kubelet then end with "unknown service \
      runtime.v1.RuntimeService".
      """,
    source: """
      a connection to /run/containerd/containerd.sock; disabled_plugins in /etc/containerd/config.toml and the files \
      that it imports
      """,
    confirm: "crictl --runtime-endpoint unix:///run/containerd/containerd.sock version",
    remedy: "systemctl restart containerd.service; journalctl -u containerd.service -n 50", undo: "nothing was changed",
    worst: .failing, lost: [.workloads],
    dependsOn: [Dependency("units.state", subject: .named("containerd.service"))], timing: .probe)

  /// What came of connecting.
  package struct Observation: Sendable, Equatable {
    /// When it was tried.
    package var takenAt: HostTime
    var irrelevance: String?
    var result: HTTPProbeResult
    /// What switches the interface for Kubernetes off: the file, and the word in `disabled_plugins`; absent where nothing
    /// does.
    var disabled: Fact<Evidence>
  }

  private let host: Host

  /// Watches a host.
  package init(host: Host) { self.host = host }

  /// The configuration; for a server that is asked the interval is enough.
  package func triggers() -> AsyncStream<Trigger> { host.changes(of: [ContainerdConfiguration.path]) }

  /// Connects. containerd speaks HTTP/2 there, so an answer that is no HTTP/1.1 is a server that lives.
  package func observe(at time: HostTime) async throws -> Observation {
    let facts = try await host.kubelet.facts()
    let endpoint = facts.configuration.text(["containerRuntimeEndpoint"], flag: "container-runtime-endpoint")
    let isUsed = (endpoint.value ?? nil)?.contains("containerd") == true
    let roles = host.roles
    let disabled: Fact<Evidence> = try await host.read { files in
      guard isUsed || Self.isNext(files, facts, roles: roles) else { return .absent }
      return Fact(from: ContainerdConfiguration.path) { () throws(FileError) in
        try ContainerdConfiguration.read(files).disabled
      }
    }
    guard isUsed else {
      return Observation(
        takenAt: time, irrelevance: disabled == .absent ? "containerd is not the kubelet's runtime here" : nil,
        result: HTTPProbeResult(.notRecorded), disabled: disabled)
    }
    let result = await host.http(HTTPProbeRequest(.unix(Self.socket), path: "/"))
    return Observation(takenAt: time, irrelevance: nil, result: result, disabled: disabled)
  }

  /// Whether kubeadm will take containerd here: it is the one runtime that is installed (DetectCRISocket() of kubeadm
  /// looks for the sockets of all three).
  private static func isNext(_ files: HostFiles, _ facts: KubeletFacts, roles: Set<Role>) -> Bool {
    guard facts.joining == .notJoined, facts.irrelevance(roles: roles) == nil else { return false }
    let units = UnitFiles(files)
    let isThere = { (name: String) in ((try? units.find("\(name).service")) ?? nil).map { !$0.isMasked } ?? false }
    return isThere("containerd") && !isThere("crio") && !isThere("cri-docker")
  }

  /// One verdict.
  package func judge(_ observation: Observation) -> [Verdict] {
    let check = Self.responding.id
    if let reason = observation.irrelevance { return [Verdict(check, .skipped, reason)] }
    if let disabled = observation.disabled.value { return [Self.switchedOff(disabled)] }
    let unseen = observation.disabled.error.map { "whether it serves Kubernetes cannot be seen: \($0)" }
    switch observation.result.outcome {
    case .notRecorded where unseen != nil: return [Verdict(check, .unknown, unseen ?? "")]
    case .notRecorded: return [Verdict(check, .unknown, "the recording does not say whether containerd answers")]
    case .failed(let failure) where failure.phase == .connect && failure.reason == .denied:
      return [Verdict(check, .unknown, "\(Self.socket): \(failure); run it as root")]
    case .failed(let failure) where failure.phase == .connect:
      return [Verdict(check, .failing, "containerd does not answer on its socket: \(failure)")]
    case .failed, .answered:
      if let unseen { return [Verdict(check, .unknown, "accepts connections, and \(unseen)")] }
      return [Verdict(check, .ok, "accepts connections")]
    }
  }

  private static func switchedOff(_ word: Evidence) -> Verdict {
    Verdict(
      responding.id, .failing,
      "disabled_plugins in \(word.source) switches off what the kubelet needs of containerd (\(word.value))",
      evidence: [Evidence(word.source, "disabled_plugins: \(word.value)")],
      remedy: "sed -i.bak '/^ *disabled_plugins/s/.\(word.value).,\\{0,1\\}//' \(word.source); "
        + "systemctl restart containerd.service")
  }

  /// Whether it accepts.
  package func metrics(_ observation: Observation) -> [MetricFamily] {
    let isUp: Bool
    switch observation.result.outcome {
    case .notRecorded: return EndpointMeasure.families([])
    case .failed(let failure) where failure.phase == .connect && failure.reason == .denied:
      return EndpointMeasure.families([])
    case .failed(let failure): isUp = failure.phase != .connect
    case .answered: isUp = true
    }
    return EndpointMeasure.families([
      EndpointMeasure(
        endpoint: "containerd", target: "\(ProbeTarget.unix(Self.socket))", isUp: isUp,
        latency: observation.result.times.connect)
    ])
  }
}
