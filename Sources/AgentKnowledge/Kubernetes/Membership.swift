import AgentHost

/// What a node keeps of its cluster when its kubelet.conf is gone.
///
/// `kubeadm reset` removes all of it (cmd/kubeadm/app/cmd/phases/reset/cleanupnode.go). A manifest of kube-vip or of a
/// load balancer is no sign: it is put there before the node joins. Nor is etcd's: a host of an external etcd has a kubelet
/// and no cluster (kubeadm's "Set up a High Availability etcd Cluster").
enum Membership {
  private static let manifests = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"]
  /// The certificate that the kubelet got from the cluster.
  private static let certificate = "/var/lib/kubelet/pki/kubelet-client-current.pem"
  /// What kubeadm writes on every node, one after the other; people bring one of them, never both.
  private static let configuration = KubeletReader.defaultConfiguration
  private static let authority = "/etc/kubernetes/pki/ca.crt"

  /// The path that tells that the host has joined a cluster; nil where nothing does.
  static func sign(_ files: HostFiles) throws(FileError) -> String? {
    for path in manifests.map({ "\(StaticPod.directory)/\($0).yaml" }) {
      if try files.kind(path) == .regular { return path }
    }
    if try files.linkTarget(certificate) != nil { return certificate }
    if try files.kind(certificate) != nil { return certificate }
    let hasConfiguration = try files.kind(configuration) == .regular
    let hasAuthority = try files.kind(authority) == .regular
    return hasConfiguration && hasAuthority ? configuration : nil
  }
}
