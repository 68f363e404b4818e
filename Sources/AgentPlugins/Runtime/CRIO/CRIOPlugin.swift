package import AgentCore
import AgentHost
package import AgentKnowledge

/// CRI-O: whether it answers, and whether the kubelet can work with it.
package struct CRIOPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "crio", area: .runtime, summary: "CRI-O's answers, control groups and storage.", checks: CRIOChecks.all,
    rhythm: .every(.seconds(10)), deadline: .seconds(3))
  private static let programs = ["/usr/bin/crio", "/usr/local/bin/crio", "/usr/libexec/crio/crio"]

  private let host: Host

  /// Watches a host.
  package init(host: Host) { self.host = host }

  /// The interval is enough for a server that is asked.
  package func triggers() -> AsyncStream<Trigger> { AsyncStream { $0.finish() } }

  /// Asks CRI-O, directly or by the helper.
  package func observe(at time: HostTime) async throws -> CRIOObservation {
    let facts = try await host.kubelet.facts()
    let (irrelevance, drivers) = try await host.read { files in
      (Self.irrelevance(files, facts), Self.drivers(files, facts))
    }
    var observation = CRIOObservation(
      takenAt: time, irrelevance: irrelevance, answer: .unavailable("not asked"), drivers: drivers, storage: .notTold)
    guard irrelevance == nil else { return observation }
    observation.answer = await host.helper.crioInfo()
    if let root = observation.answer.facts?.info.value?.storageRoot {
      observation.storage = await storage(root)
    }
    return observation
  }

  /// One verdict for each check.
  package func judge(_ observation: CRIOObservation) -> [Verdict] {
    if let reason = observation.irrelevance { return CRIOChecks.all.map { Verdict($0.id, .skipped, reason) } }
    return CRIOJudge(observation: observation).verdicts
  }

  /// Whether it answers, and how fast.
  package func metrics(_ observation: CRIOObservation) -> [MetricFamily] {
    guard observation.irrelevance == nil, let info = observation.answer.facts?.info, info != .notRecorded else {
      return EndpointMeasure.families([])
    }
    var latency: Duration?
    if case .known(_, let time) = info { latency = time }
    return EndpointMeasure.families([
      EndpointMeasure(
        endpoint: "crio", target: "\(ProbeTarget.unix(CRIOReport.socket))", isUp: latency != nil, latency: latency)
    ])
  }

  /// CRI-O counts where its program is, or where the kubelet is told to use it.
  private static func irrelevance(_ files: HostFiles, _ facts: KubeletFacts) -> String? {
    let endpoint =
      facts.configuration.text(["containerRuntimeEndpoint"], flag: "container-runtime-endpoint").value ?? nil
    if endpoint?.contains("crio") == true { return nil }
    for path in programs where (try? files.kind(path)) == .some(.regular) { return nil }
    return "CRI-O is not installed"
  }

  private static func drivers(_ files: HostFiles, _ facts: KubeletFacts) -> CgroupDrivers {
    let setting: KubeletSetting<String> =
      switch facts.configuration.text(["cgroupDriver"], flag: "cgroup-driver") {
      case .known(let value, let source): .known(value.flatMap { $0.isEmpty ? nil : $0 } ?? "cgroupfs", source: source)
      case .unknown(let problem): .unknown(problem)
      }
    let status = (try? files.bytesIfPresent(DebianPackages.statusPath, limit: .packageDatabase)) ?? nil
    let package = status.flatMap { DebianPackages.installedVersion(of: "cri-o", inStatus: $0) }
    return CgroupDrivers(
      kubelet: setting, kubeletVersion: facts.version.value,
      gate: facts.configuration.featureGate("KubeletCgroupDriverFromCRI").value ?? nil,
      crioVersion: package.flatMap { KubernetesVersion($0) },
      isSystemdHost: (try? files.kind("/run/systemd/system")) == .some(.directory),
      isConfigured: facts.joining != .notJoined)
  }

  private func storage(_ root: String) async -> CRIOObservation.Storage {
    do {
      guard let space = try await host.space(root) else { return .missing(root) }
      return .present(path: root, space: space)
    } catch {
      return .unreadable("\(error)")
    }
  }
}
