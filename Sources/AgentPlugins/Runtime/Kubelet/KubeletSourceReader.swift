import AgentCore
import AgentHost
import AgentKnowledge

/// Reads what the kubelet plugin judges; synchronous, for the worker thread.
enum KubeletSourceReader {
  static let current = "/var/lib/kubelet/pki/kubelet-client-current.pem"
  private static let sockets = ["/run/crio/crio.sock", "/run/containerd/containerd.sock", "/run/cri-dockerd.sock"]
  /// What a kubelet takes when nothing is configured (kubelet's options.go).
  private static let defaultEndpoint = "unix:///run/containerd/containerd.sock"

  static func read(_ files: HostFiles, facts: KubeletFacts, roles: Set<Role>, at time: HostTime) -> KubeletObservation {
    KubeletObservation(
      takenAt: time, irrelevance: irrelevance(facts, roles: roles), facts: facts, runtime: runtime(files, facts),
      missingResolvConf: missingResolvConf(files, facts), certificate: certificate(files))
  }

  private static func irrelevance(_ facts: KubeletFacts, roles: Set<Role>) -> String? {
    switch facts.joining {
    case .notJoined where facts.isPresent: "not joined yet: kubeadm writes the kubelet's files"
    case .notJoined: facts.irrelevance(roles: roles) ?? "no kubelet is installed"
    case .unknown, .joined, .lost, .bootstrapping: nil
    }
  }

  /// kubeadm 1.34 and later keep the endpoint in instance-config.yaml, which it merges into config.yaml when it upgrades.
  private static func runtime(_ files: HostFiles, _ facts: KubeletFacts) -> KubeletObservation.RuntimeSocket {
    guard
      case .known(let value, let source) = facts.configuration.text(
        ["containerRuntimeEndpoint"], flag: "container-runtime-endpoint")
    else { return .unknown }
    let endpoint = value.flatMap { $0.isEmpty ? nil : $0 } ?? defaultEndpoint
    let path = endpoint.hasPrefix("unix://") ? String(endpoint.dropFirst(7)) : endpoint
    guard path.hasPrefix("/") else { return .wrong(endpoint: endpoint, source: source) }
    do throws(FileError) {
      guard try files.kind(path) == nil else { return .fine(endpoint: endpoint) }
    } catch {
      return .fine(endpoint: endpoint)
    }
    for other in sockets where other != path && (try? files.kind(other)) == .some(.other("a socket")) {
      return .other(endpoint: endpoint, source: source, found: other)
    }
    return .fine(endpoint: endpoint)
  }

  private static func missingResolvConf(_ files: HostFiles, _ facts: KubeletFacts) -> Evidence? {
    guard case .known(let path?, let source) = facts.configuration.text(["resolvConf"], flag: "resolv-conf"),
      path.hasPrefix("/"), (try? files.kind(path)) == .some(nil)
    else { return nil }
    return Evidence(source, path)
  }

  private static func certificate(_ files: HostFiles) -> KubeletObservation.ClientCertificate {
    do throws(FileError) {
      let target = try files.linkTarget(current)
      guard try files.kind(current) != nil else { return target.map { .dangling(target: $0) } ?? .absent }
      return validity(files, target: target ?? current)
    } catch {
      return .unreadable("\(error)")
    }
  }

  private static func validity(_ files: HostFiles, target: String) -> KubeletObservation.ClientCertificate {
    do throws(CertificateValidity.Problem) {
      return .valid(try CertificateValidity(firstIn: current, files), target: target)
    } catch {
      if case .noCertificate = error { return .broken("\(error)") }
      return .unreadable("\(error)")
    }
  }
}
