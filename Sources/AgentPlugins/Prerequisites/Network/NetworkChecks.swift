import AgentCore

/// The check of the cluster's networks, with its texts.
enum NetworkChecks {
  static let all = [overlap]

  private static let overlap = CheckDefinition(
    "network.cidr-overlap", title: "The networks of pods and Services keep off the node's networks",
    why: """
      A network that is the cluster's and the LAN's at once works by chance: pods cannot reach the gateway, DNS and NFS \
      servers, and nodes lose them once a pod or a Service gets their address. Calico's default pool, 192.168.0.0/16, \
      covers most small LANs.
      """,
    source: """
      --cluster-cidr and --service-cluster-ip-range of the static pods' manifests, else /run/flannel/subnet.env or the \
      first file in /etc/cni/net.d; /proc/net/route, /proc/net/if_inet6; the endpoint; the cluster's configuration
      """,
    confirm: """
      grep -E 'cluster-cidr|service-cluster-ip-range' /etc/kubernetes/manifests/kube-controller-manager.yaml; ip -brief \
      address; ip route show default
      """,
    remedy: """
      kubeadm init --pod-network-cidr=10.244.0.0/16 --service-cidr=10.96.0.0/12 # builds the cluster anew; before it: \
      kubeadm reset on every node, which loses this one
      """,
    undo: "restore the cluster from a snapshot of etcd: a running one keeps its networks", subject: "network",
    worst: .failing, lost: [.workloads])
}
