/// The network interfaces that a cluster makes on its nodes: what is on them is the cluster's, not the node's.
package enum PodInterface {
  /// bridge (cni0), kubenet (cbr0), kube-router, Docker, libvirt, kube-proxy in IPVS mode, Calico's tunnels, Weave,
  /// Antrea, OVN-Kubernetes, NodeLocal DNSCache.
  private static let names: Set<String> = [
    "cni0", "cbr0", "kube-bridge", "kube-dummy-if", "docker0", "kube-ipvs0", "tunl0", "vxlan.calico",
    "vxlan-v6.calico", "wireguard.cali", "wg-v6.cali", "weave", "antrea-gw0", "ovn-k8s-mp0", "nodelocaldns",
  ]
  /// Pods of Calico, of Cilium, of bridges, ptp and kindnet, of Weave; Flannel's tunnels; Cilium's; libvirt's.
  private static let prefixes = ["cali", "lxc", "veth", "flannel", "cilium_", "virbr"]

  /// Whether all that lies behind an interface are pods: Cilium's, kube-router's bridge, the tunnels of Flannel and
  /// Calico. A bridge such as cni0 may carry other guests, and what Docker and libvirt make are no pods.
  package static func leadsToPods(_ name: String) -> Bool {
    ["cilium_host", "kube-bridge", "vxlan.calico", "tunl0", "wireguard.cali"].contains(name)
      || name.hasPrefix("flannel.")
  }

  /// Whether an interface of this name is one of them.
  package static func isOne(_ name: String) -> Bool {
    names.contains(name) || prefixes.contains { name.hasPrefix($0) }
  }
}
