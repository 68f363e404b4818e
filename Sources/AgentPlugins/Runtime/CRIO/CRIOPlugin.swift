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
  package func triggers() -> AsyncStream<Trigger> { .ended }

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
      isConfigured: facts.joining != .notJoined,
      configurationFile: facts.configurationFile.value ?? "/var/lib/kubelet/config.yaml")
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

/// What CRI-O says of itself, and what the kubelet expects of it.
package struct CRIOObservation: Sendable, Equatable {
  /// When it was asked.
  package var takenAt: HostTime
  /// Why there is nothing to judge; nil where CRI-O is installed.
  var irrelevance: String?
  var answer: HelperAnswer<CRIOReport>
  var drivers: CgroupDrivers
  var storage: Storage

  /// Where CRI-O keeps images and containers.
  enum Storage: Sendable, Equatable {
    /// CRI-O did not tell.
    case notTold
    case missing(String)
    case unreadable(String)
    case present(path: String, space: FileSystemSpace)
  }
}

/// Who puts containers into control groups, by the kubelet's and by CRI-O's word.
struct CgroupDrivers: Sendable, Equatable {
  /// The kubelet's `cgroupDriver`: `cgroupfs` when it is not set (kubelet's own default).
  var kubelet: KubeletSetting<String>
  var kubeletVersion: KubernetesVersion?
  /// The feature gate `KubeletCgroupDriverFromCRI` where it is set.
  var gate: Bool?
  /// From dpkg's record of the package cri-o.
  var crioVersion: KubernetesVersion?
  var isSystemdHost: Bool
  /// Whether the kubelet has its configuration: before joining kubeadm has not written it.
  var isConfigured = true
  /// The file that the kubelet reads.
  var configurationFile = "/var/lib/kubelet/config.yaml"
}

/// The checks of CRI-O, with their texts.
enum CRIOChecks {
  static let all = [responding, cgroupDriver, storage]

  /// What the others rest on. They have its timing: until it is announced nothing would explain why they cannot look.
  private static let answer = [
    Dependency("crio.responding"), Dependency("units.state", subject: .named("crio.service")),
  ]

  private static let responding = CheckDefinition(
    "crio.responding", title: "CRI-O answers on its socket",
    why: "A CRI-O that hangs still counts as running, but starts and ends no container; the node turns NotReady.",
    source:
      "GET /info on /run/crio/crio.sock, which only root may open: asked by nodeagent-helper where the agent is not",
    confirm: "curl -s --max-time 2 --unix-socket /run/crio/crio.sock http://localhost/info",
    remedy: "systemctl restart crio.service; journalctl -u crio.service -n 50",
    undo: "nothing was changed", worst: .failing, lost: [.workloads],
    dependsOn: [Dependency("units.state", subject: .named("crio.service"))], timing: .probe)

  private static let cgroupDriver = CheckDefinition(
    "crio.cgroup-driver", title: "The kubelet and CRI-O agree on who manages control groups",
    why: """
      Where each has its own setting and they differ, no pod starts. From 1.31 on the kubelet asks CRI-O and its own \
      file no longer counts.
      """,
    source: "cgroup_driver of CRI-O's /info; cgroupDriver and the version of the kubelet",
    confirm: """
      curl -s --unix-socket /run/crio/crio.sock http://localhost/info; grep cgroupDriver /var/lib/kubelet/config.yaml
      """, remedy: "set cgroupDriver in /var/lib/kubelet/config.yaml to CRI-O's; systemctl restart kubelet.service",
    undo: "mv /var/lib/kubelet/config.yaml.bak /var/lib/kubelet/config.yaml; systemctl restart kubelet.service",
    worst: .failing, lost: [.workloads], dependsOn: answer, timing: .probe)

  private static let storage = CheckDefinition(
    "crio.storage", title: "CRI-O has room for images and containers",
    why: "When it is full no image can be pulled and no container written; before that the kubelet evicts pods.",
    source: "storage_root of CRI-O's /info; statfs(2) of it", confirm: "df -h /var/lib/containers/storage",
    remedy: "crictl rmi --prune", undo: "images are pulled again when they are needed", worst: .failing,
    lost: [.workloads], dependsOn: answer, timing: .probe)
}

/// Whether kubelet and CRI-O must name the same driver themselves.
///
/// From 1.31 on the kubelet asks the runtime (KEP-4033: KubeletCgroupDriverFromCRI, alpha in 1.28, on by default in 1.31,
/// locked on in 1.34); CRI-O answers from 1.28 on, containerd from 2.0 on.
enum CgroupDriverRule: Equatable {
  /// The kubelet follows the runtime.
  case follows
  /// Each has its own setting, and they must be the same.
  case mustMatch
  /// A version is not known, and the answer depends on it.
  case unclear

  init(kubeletMinor: Int?, gate: Bool?, crioMinor: Int?) {
    let asks: Bool? =
      switch kubeletMinor {
      case .some(34...): true
      case .some(28...): gate ?? ((kubeletMinor ?? 0) >= 31)
      case .some: false
      case nil: nil
      }
    let answers = crioMinor.map { $0 >= 28 }
    self =
      switch (asks, answers) {
      case (false, _), (_, false): .mustMatch
      case (true, true): .follows
      default: .unclear
      }
  }
}
