package import AgentHost
package import AgentText

/// The shared address of the API servers (kubeadm's control-plane endpoint), and where it was found.
package struct ControlPlaneEndpoint: Sendable, Equatable {
  /// The address or name, and the port.
  package var endpoint: Endpoint
  /// `FILE:LINE`, or `cluster.controlPlane.endpoint`.
  package var source: String

  /// Where it is looked for, in words.
  package static let places =
    "cluster.controlPlane.endpoint, a kube-vip manifest, keepalived.conf, admin.conf, a worker's kubelet.conf"

  /// Looks for it: configuration, then admin.conf and a worker's kubelet.conf, which decide; what moves an address counts
  /// where it moves that one, where they name a host that /etc/hosts does not know, and where there are none.
  ///
  /// Never controller-manager.conf or scheduler.conf, which name the local API server since Kubernetes 1.19, nor a
  /// control-plane node's kubelet.conf, which does so since 1.33. An endpoint that this host's own API server advertises as
  /// its address is no shared one: the cluster has one control-plane node.
  ///
  /// - Parameter isControlPlane: whether this host's kubelet.conf may name the local API server.
  package static func detect(
    _ files: HostFiles, configured: Endpoint?, isControlPlane: Bool
  ) -> Fact<ControlPlaneEndpoint> {
    if let configured {
      let source = "cluster.controlPlane.endpoint"
      return .known(ControlPlaneEndpoint(endpoint: configured, source: source), source: source)
    }
    let movers = EndpointMovers(files)
    let found: ControlPlaneEndpoint?
    do throws(FileError) {
      let paths = ["/etc/kubernetes/admin.conf"] + (isControlPlane ? [] : ["/etc/kubernetes/kubelet.conf"])
      switch try kubeconfig(paths, files) {
      case .shared(let named): found = try movers.decide(by: named, files)
      case .own: found = movers.kubeVIP.first
      case nil: found = try movers.alone(files)
      }
    } catch {
      return .unreadable(movers.error ?? error)
    }
    return found.map { .known($0, source: $0.source) } ?? .absent
  }

  /// The addresses of several instances of Keepalived, of which one may be the shared one and none is known to be; empty
  /// where a kubeconfig tells more.
  package static func undecided(_ files: HostFiles, isControlPlane: Bool) -> [IPAddress] {
    let paths = ["/etc/kubernetes/admin.conf"] + (isControlPlane ? [] : ["/etc/kubernetes/kubelet.conf"])
    do {
      guard try kubeconfig(paths, files) == nil else { return [] }
      let movers = EndpointMovers(files)
      return try movers.alone(files) == nil ? movers.candidates : []
    } catch {
      return []
    }
  }

  private enum Named: Equatable {
    case shared(ControlPlaneEndpoint)
    /// This host's own API server.
    case own
  }

  private static func kubeconfig(_ paths: [String], _ files: HostFiles) throws(FileError) -> Named? {
    var named: Named?
    let own = advertised(files)
    for path in paths {
      guard let found = try server(in: path, files) else { continue }
      guard let address = found.endpoint.host.address, address == own else { return .shared(found) }
      named = .own
    }
    return named
  }

  /// `--advertise-address` of this host's API server; nil where it has none.
  private static func advertised(_ files: HostFiles) -> IPAddress? {
    let pods = (try? StaticPod.all(files))?.pods ?? []
    let flag = pods.first { $0.name == "kube-apiserver" }?.flag("advertise-address")
    return flag.flatMap { try? IPAddress(settingsScalar: $0.value) }
  }

  /// `clusters[0].cluster.server` of a kubeconfig; nil when there is no such file, or no URL in it.
  private static func server(in path: String, _ files: HostFiles) throws(FileError) -> ControlPlaneEndpoint? {
    guard let content = try files.bytesIfPresent(path, limit: .kubeconfig),
      let root = (try? YAMLParser.document(content, allowDuplicateKeys: true)) ?? nil,
      let node = root["clusters"]?.sequence?.first?[path: "cluster", "server"], let text = node.text,
      let url = try? HTTPURL(settingsScalar: text)
    else { return nil }
    return ControlPlaneEndpoint(endpoint: url.endpoint, source: "\(path):\(node.mark.line)")
  }
}
