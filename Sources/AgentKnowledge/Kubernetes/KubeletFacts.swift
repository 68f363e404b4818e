package import AgentCore
package import AgentHost

/// What the host's files say of its kubelet.
package struct KubeletFacts: Sendable, Equatable {
  /// Whether the node has joined a cluster.
  ///
  /// Before that a kubeadm kubelet restarts every 10 s by design, which is no fault.
  package enum Joining: Sendable, Equatable {
    /// /etc/kubernetes/kubelet.conf is there.
    case joined
    /// Only /etc/kubernetes/bootstrap-kubelet.conf is there: it is asking for its certificate.
    case bootstrapping
    /// It has joined, and kubelet.conf is gone; what tells that it has.
    case lost(sign: String)
    /// Neither is there, nor a sign that one was.
    case notJoined
    /// Whether they are there could not be seen.
    case unknown(FileError)
  }

  /// Whether the node has joined a cluster.
  package var joining: Joining
  /// The path of the kubelet's program; absent when it is not installed.
  package var program: Fact<String>
  /// The kubelet's version: from dpkg's record, else from `kubelet --version` on a live host.
  package var version: Fact<KubernetesVersion>
  /// Why there is no version although there is a program; nil otherwise.
  package var versionProblem: String?
  /// The path of the unit file; absent when there is no unit.
  package var unit: Fact<String>
  /// The path of the configuration file that the kubelet reads; absent when there is none at that place.
  package var configurationFile: Fact<String>
  /// The settings.
  package var configuration: KubeletConfiguration

  /// Makes facts; without arguments, those of a host without a kubelet.
  package init(
    joining: Joining = .notJoined, program: Fact<String> = .absent, version: Fact<KubernetesVersion> = .absent,
    versionProblem: String? = nil, unit: Fact<String> = .absent, configurationFile: Fact<String> = .absent,
    configuration: KubeletConfiguration = KubeletConfiguration()
  ) {
    self.joining = joining
    self.program = program
    self.version = version
    self.versionProblem = versionProblem
    self.unit = unit
    self.configurationFile = configurationFile
    self.configuration = configuration
  }

  /// Whether the node belongs to a cluster, also where its kubelet.conf is gone.
  package var hasJoined: Bool {
    switch joining {
    case .joined, .lost: true
    case .bootstrapping, .notJoined, .unknown: false
    }
  }

  /// Whether there is anything of a kubelet on the host.
  package var isPresent: Bool {
    if hasJoined || joining == .bootstrapping { return true }
    return program != .absent || unit != .absent
  }
}

extension KubeletFacts {
  /// Why what a kubelet needs does not matter here; nil where one runs, or where one is about to.
  package func irrelevance(roles: Set<Role>) -> String? {
    guard roles.isDisjoint(with: [.controlPlane, .worker, .candidate]), !isPresent else { return nil }
    let names = roles.sorted().map(\.rawValue).joined(separator: ", ")
    return "no kubelet runs or is to run on this host (roles: \(names))"
  }
}
