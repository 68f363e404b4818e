package import AgentCore
import AgentHost
package import AgentKnowledge
import AgentText

/// The ports that Kubernetes will listen on, before a host joins a cluster.
package struct PortsPlugin: Plugin {
  /// What the plugin is.
  package static let descriptor = PluginDescriptor(
    name: "ports", area: .prerequisites, summary: "Ports of Kubernetes that other programs hold before a node joins.",
    checks: PortsChecks.all, rhythm: .every(.seconds(300)), deadline: .seconds(2))

  private let host: Host

  /// Watches a host.
  package init(host: Host) { self.host = host }

  /// Whether the host joins; sockets are looked at with the interval only.
  package func triggers() -> AsyncStream<Trigger> { host.changes(of: KubeletSource.watchedPaths) }

  /// Reads the kernel's tables of sockets.
  package func observe(at time: HostTime) async throws -> PortsObservation {
    let kubelet = try await host.kubelet.facts()
    let roles = host.roles
    return try await host.read { PortsObservation(reading: $0, kubelet: kubelet, roles: roles, at: time) }
  }

  /// One verdict for each port.
  package func judge(_ observation: PortsObservation) -> [Verdict] { PortsJudge(observation).verdicts }

  /// Nothing that the check does not say.
  package func metrics(_ observation: PortsObservation) -> [MetricFamily] { [] }
}

/// The check of ports, with its texts.
enum PortsChecks {
  static let free: CheckID = "ports.free"
  static let all = [definition]

  private static let definition = CheckDefinition(
    free, title: "The ports that Kubernetes listens on are free",
    why: """
      kubeadm ends with an error when another program listens on a port of the kubelet or the control plane, on \
      whatever address. After joining it is Kubernetes itself that listens there.
      """,
    source: "/proc/net/tcp and /proc/net/tcp6; who listens: /proc/PID/fd, comm and cgroup",
    confirm: "ss -ltnp '( sport = :6443 or sport = :10250 or sport = :2379 or sport = :2380 )'",
    remedy: "ss -ltnp 'sport = :10250'",
    undo: "systemctl enable --now of the service that was stopped", subject: "port", worst: .warning)
}

/// Who listens on the ports of Kubernetes, on a host that has not joined a cluster.
package struct PortsObservation: Sendable, Equatable {
  /// Whether the ports matter.
  enum Situation: Sendable, Equatable {
    /// The host may join a cluster.
    case beforeJoining
    /// They do not, with the reason.
    case irrelevant(String)
    /// Whether the host has joined cannot be seen.
    case unclear(FileError)
  }

  /// A socket on one of the ports.
  struct Listener: Sendable, Equatable {
    var socket: ListeningSockets.Socket
    /// The process; nil where it cannot be seen.
    var owner: SocketOwner?
  }

  /// When it was read.
  package var takenAt: HostTime
  var situation: Situation
  /// The sockets on the ports; absent where they were not looked for.
  var listeners: Fact<[Listener]>
}

extension PortsObservation {
  /// Reads the tables, and looks for processes only where a port is taken; for the worker thread.
  init(reading files: HostFiles, kubelet: KubeletFacts, roles: Set<Role>, at time: HostTime) {
    takenAt = time
    situation = Situation(kubelet, roles)
    guard situation == .beforeJoining else {
      listeners = .absent
      return
    }
    do throws(FileError) {
      let sockets = try ListeningSockets(reading: files).sockets
      let taken = sockets.filter { socket in KubernetesPort.all.contains { $0.number == socket.port } }
      let owners = SocketOwner.find(Set(taken.map(\.inode)), files)
      listeners = .known(taken.map { Listener(socket: $0, owner: owners[$0.inode]) }, source: "/proc/net/tcp")
    } catch {
      listeners = .unreadable(error)
    }
  }
}

extension PortsObservation.Situation {
  fileprivate init(_ kubelet: KubeletFacts, _ roles: Set<Role>) {
    if let reason = kubelet.irrelevance(roles: roles) {
      self = .irrelevant(reason)
      return
    }
    switch kubelet.joining {
    case .joined: self = .irrelevant("only before a node joins")
    case .lost: self = .irrelevant("only before a node joins; this one has joined, and its kubelet.conf is gone")
    case .bootstrapping: self = .irrelevant("the node is joining: the kubelet listens already")
    case .notJoined: self = .beforeJoining
    case .unknown(let error): self = .unclear(error)
    }
  }
}

/// Judges `ports.free`: whatever listens on a port, on any address, keeps kubeadm from going on, because its preflight
/// listens on all addresses (PortOpenCheck of cmd/kubeadm/app/preflight/checks.go).
struct PortsJudge {
  /// The names of Kubernetes' own programs as the kernel cuts them (proc_pid_comm(5)).
  private static let ownNames: Set<String> = [
    "kubelet", "kube-apiserver", "kube-controller", "kube-scheduler", "etcd",
  ]

  private let observation: PortsObservation

  init(_ observation: PortsObservation) { self.observation = observation }

  var verdicts: [Verdict] {
    switch observation.situation {
    case .irrelevant(let reason): return [Verdict(PortsChecks.free, .skipped, reason)]
    case .unclear(let error):
      return [unknown("whether this node has joined a cluster cannot be seen: \(error)", error)]
    case .beforeJoining: break
    }
    switch observation.listeners {
    case .known(let listeners, let source):
      return KubernetesPort.all.map { port in verdict(port, listeners.filter { $0.socket.port == port.number }, source)
      }
    case .absent: return [Verdict(PortsChecks.free, .unknown, "the sockets of this host were not looked at")]
    case .unreadable(let error): return [unknown("who listens on this host cannot be seen: \(error)", error)]
    }
  }

  private func unknown(_ summary: String, _ error: FileError) -> Verdict {
    Verdict(PortsChecks.free, .unknown, summary, evidence: [Evidence(error.path, error.text)])
  }

  private func verdict(
    _ port: KubernetesPort, _ listeners: [PortsObservation.Listener], _ source: String
  ) -> Verdict {
    let subject = "\(port.number)"
    guard let first = listeners.first(where: { $0.owner != nil }) ?? listeners.first else {
      return Verdict(
        PortsChecks.free, subject: subject, .ok, "\(port.number) is free for \(port.component)",
        evidence: [Evidence(source, "nobody listens on \(port.number)")])
    }
    let purpose = port.isControlPlane ? "a control plane cannot be set up here" : "the node cannot join"
    return Verdict(
      PortsChecks.free, subject: subject, .warning,
      "\(port.number) is taken by \(Self.who(first)): \(purpose), \(port.component) needs it",
      evidence: listeners.map { Self.evidence($0) }, remedy: Self.remedy(first, port))
  }

  private static func who(_ listener: PortsObservation.Listener) -> String {
    guard let owner = listener.owner else {
      return "a process of user \(listener.socket.userID) that cannot be seen from here"
    }
    return "\(owner.name) (process \(owner.process))"
  }

  private static func evidence(_ listener: PortsObservation.Listener) -> Evidence {
    let socket = listener.socket
    let table = socket.address.family == .v4 ? "/proc/net/tcp" : "/proc/net/tcp6"
    let place = socket.address.family == .v4 ? "\(socket.address)" : "[\(socket.address)]"
    let owner = listener.owner.map { ["process \($0.process)", $0.name, $0.unit].compactMap(\.self) } ?? []
    let words = ["listens on \(place):\(socket.port)", "user \(socket.userID)", "inode \(socket.inode)"] + owner
    return Evidence(table, words.joined(separator: ", "))
  }

  private static func remedy(_ listener: PortsObservation.Listener, _ port: KubernetesPort) -> String {
    guard let owner = listener.owner else { return "ss -ltnp 'sport = :\(port.number)'" }
    // What is left of a cluster that this host was in.
    if ownNames.contains(owner.name) { return "kubeadm reset" }
    if let unit = owner.unit { return "systemctl disable --now \(unit)" }
    return owner.process == 1 ? "systemctl list-sockets" : "ss -ltnp 'sport = :\(port.number)'"
  }
}

/// A port that kubeadm wants free (cmd/kubeadm/app/preflight/checks.go; kubernetes.io, "Ports and Protocols").
struct KubernetesPort: Sendable, Equatable {
  var number: UInt16
  /// Who listens there.
  var component: String
  /// Whether only a control-plane node has it.
  var isControlPlane: Bool

  static let all = [
    KubernetesPort(number: 6443, component: "kube-apiserver", isControlPlane: true),
    KubernetesPort(number: 10_250, component: "kubelet", isControlPlane: false),
    KubernetesPort(number: 10_257, component: "kube-controller-manager", isControlPlane: true),
    KubernetesPort(number: 10_259, component: "kube-scheduler", isControlPlane: true),
    KubernetesPort(number: 2379, component: "etcd", isControlPlane: true),
    KubernetesPort(number: 2380, component: "etcd", isControlPlane: true),
  ]
}
