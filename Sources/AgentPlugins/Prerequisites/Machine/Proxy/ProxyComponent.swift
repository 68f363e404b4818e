import AgentHost
import AgentKnowledge

/// A program that asks other hosts, with the proxy variables that it starts with.
struct ProxyComponent: Sendable, Equatable {
  /// How it is started.
  enum Kind: Sendable, Equatable {
    case kubelet
    /// crio or containerd: the network plugins inherit their environment.
    case runtime
    /// A container of a static pod.
    case staticPod(manifest: String)
  }

  var name: String
  var kind: Kind
  var variables: ProxyVariables
  /// Why they are not all known.
  var problem: String?
  /// Whether systemd still has what its files said before they were changed.
  var isStale = false

  /// The unit that starts it; nil for a static pod.
  var unit: UnitName? {
    if case .staticPod = kind { nil } else { try? UnitName(settingsScalar: "\(name).service") }
  }

  /// Whether there is something to say of it.
  var isConcerned: Bool { problem != nil || variables.secure != nil || variables.plain != nil }
}

extension ProxyComponent {
  private static let units: [(name: String, kind: Kind)] = [
    ("kubelet", .kubelet), ("crio", .runtime), ("containerd", .runtime),
  ]

  /// The components that the host has, in a fixed order; for the worker thread.
  static func read(_ files: HostFiles) -> [ProxyComponent] {
    let services = units.compactMap { name, kind -> ProxyComponent? in
      guard let found = UnitEnvironment(of: "\(name).service", names: ProxyVariables.names, reading: files) else {
        return nil
      }
      return ProxyComponent(
        name: name, kind: kind, variables: ProxyVariables(found), problem: found.problems.first)
    }
    return services + staticPods(files)
  }

  private static func staticPods(_ files: HostFiles) -> [ProxyComponent] {
    do {
      let (pods, problems) = try StaticPod.all(files)
      return pods.flatMap(containers) + problems.map { hidden($0.path, "\($0)") }
    } catch {
      return [hidden(StaticPod.directory, "\(error)")]
    }
  }

  /// kubeadm copies the proxy variables of the shell it runs in into the API server, the controller-manager and the
  /// scheduler (cmd/kubeadm/app/phases/controlplane/manifests.go, GetProxyEnvVars).
  private static func containers(_ pod: StaticPod) -> [ProxyComponent] {
    pod.containers.map { container in
      ProxyComponent(
        name: pod.containers.count == 1 ? pod.name : "\(pod.name)/\(container.name)",
        kind: .staticPod(manifest: pod.path), variables: ProxyVariables(container, path: pod.path))
    }
  }

  private static func hidden(_ path: String, _ problem: String) -> ProxyComponent {
    ProxyComponent(
      name: path, kind: .staticPod(manifest: path), variables: ProxyVariables(), problem: problem)
  }
}
