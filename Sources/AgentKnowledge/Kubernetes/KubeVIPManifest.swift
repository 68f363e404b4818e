package import AgentHost
package import AgentText

/// kube-vip as a static pod: what the environment of its container says (kube-vip's pkg/kubevip/config_envvar.go).
package struct KubeVIPManifest: Sendable, Equatable {
  /// The manifest.
  package var path: String
  /// `address`, in older manifests `vip_address`; an address or a name.
  package var address: StaticPod.Variable?
  /// `port` of the API servers; nil when it names none.
  package var port: StaticPod.Variable?
  /// `vip_interface`; nil: that of the default route.
  package var interface: StaticPod.Variable?
  /// `vip_arp`: whether it announces the address by ARP.
  package var usesARP: Bool
  /// `vip_leaderelection`: whether only one node does so at a time.
  package var electsLeader: Bool
  /// The files below /etc/kubernetes that it mounts: the kubeconfig of its leader election.
  package var kubeconfigs: [StaticPod.HostPath]

  /// The first manifest with a container of kube-vip; nil when there is none.
  ///
  /// - Throws: ``FileError`` when there is none among those that can be read, and one cannot.
  package static func find(_ files: HostFiles) throws(FileError) -> KubeVIPManifest? {
    let (pods, problems) = try StaticPod.all(files)
    for pod in pods {
      if let container = pod.containers.first(where: { $0.image.contains("kube-vip") }) {
        return KubeVIPManifest(pod, container)
      }
    }
    for case .unreadable(let error) in problems { throw error }
    return nil
  }

  private init(_ pod: StaticPod, _ container: StaticPod.Container) {
    let value = { (name: String) in container.environment.last { $0.name == name && !$0.value.isEmpty } }
    path = pod.path
    address = value("address") ?? value("vip_address")
    port = value("port")
    interface = value("vip_interface")
    usesARP = value("vip_arp")?.value == "true"
    electsLeader = value("vip_leaderelection")?.value == "true"
    kubeconfigs = pod.hostPaths.filter { $0.path.hasPrefix("/etc/kubernetes/") && $0.path.hasSuffix(".conf") }
  }

  /// The address and port that it announces; nil when they are missing or wrong.
  package var endpoint: Endpoint? {
    guard let address, let host = try? NetworkHost(settingsScalar: address.value),
      let port = try? PortNumber(settingsScalar: port?.value ?? "6443")
    else { return nil }
    return Endpoint(host: host, port: port)
  }
}
