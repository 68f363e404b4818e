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

  /// Looks for it: configuration, kube-vip's manifest, keepalived.conf, admin.conf, a worker's kubelet.conf.
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
    do throws(FileError) {
      if let found = kubeVIP(files) { return .known(found, source: found.source) }
      if let entry = try KeepalivedAddresses.read(files).first, let port = try? PortNumber(settingsScalar: "6443") {
        let endpoint = Endpoint(host: .address(entry.address), port: port)
        return .known(ControlPlaneEndpoint(endpoint: endpoint, source: entry.source), source: entry.source)
      }
      let own = advertised(files)
      for path in ["/etc/kubernetes/admin.conf"] + (isControlPlane ? [] : ["/etc/kubernetes/kubelet.conf"]) {
        guard let found = try server(in: path, files) else { continue }
        if let address = found.endpoint.host.address, address == own { continue }
        return .known(found, source: found.source)
      }
      return .absent
    } catch {
      return .unreadable(error)
    }
  }

  /// `--advertise-address` of this host's API server; nil where it has none.
  private static func advertised(_ files: HostFiles) -> IPAddress? {
    let pods = (try? StaticPod.all(files))?.pods ?? []
    let flag = pods.first { $0.name == "kube-apiserver" }?.flag("advertise-address")
    return flag.flatMap { try? IPAddress(settingsScalar: $0.value) }
  }

  /// What kube-vip's manifest announces.
  private static func kubeVIP(_ files: HostFiles) -> ControlPlaneEndpoint? {
    guard let manifest = (try? KubeVIPManifest.find(files)) ?? nil, let endpoint = manifest.endpoint,
      let line = manifest.address?.line
    else { return nil }
    return ControlPlaneEndpoint(endpoint: endpoint, source: "\(manifest.path):\(line)")
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
