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
