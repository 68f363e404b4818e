import AgentText
import AgentCore
import AgentHost

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
