import AgentCore

/// The kernel parameters that Kubernetes and its neighbours depend on.
///
/// Sources: kernel Documentation/networking/ip-sysctl.rst and Documentation/admin-guide/sysctl, kubelet
/// pkg/kubelet/cm/container_manager_linux.go (setupKernelTunables), Calico felix/dataplane/linux (bpf_ep_mgr.go),
/// Kubernetes "Container runtimes" (IPv4 forwarding), systemd rules.d/99-systemd.rules (net.bridge).
enum SysctlKeys {
  /// The least number of inotify instances per user: kind's "Pod errors due to too many open files"; a containerd-shim
  /// or conmon holds one for each container on cgroup v2, so the kernel's 128 run out (k3s issue 10020).
  static let leastInotifyInstances = 512
  /// The least number of inotify watches per user: kubelets ran out of the 8192 that kernels before 5.11 have (cadvisor
  /// issue 1581); newer ones size it by the memory, down to the same 8192 (inotify_user_setup()).
  static let leastInotifyWatches = 16384

  static let all = forwarding + bridge + inotify + kubelet + network

  private static let forwarding = [
    SysctlKey(
      name: "net.ipv4.ip_forward", aliases: ["net.ipv4.conf.all.forwarding"], owner: .host, condition: .node,
      expectation: .equals("1"), severity: .failing, kernelDefault: .value("0"),
      consequence: "no packet passes between pods and other nodes, and kubeadm refuses the host"),
    SysctlKey(
      name: "net.ipv6.conf.all.forwarding", owner: .host, condition: .dualStack, expectation: .equals("1"),
      severity: .failing, kernelDefault: .value("0"), consequence: "no IPv6 packet passes between pods and other nodes"),
    SysctlKey(
      name: "net.ipv6.conf.default.forwarding", owner: .host, condition: .dualStack, expectation: .equals("1"),
      severity: .failing, kernelDefault: .value("0"),
      consequence: "new interfaces do not forward IPv6; kubeadm refuses the host"),
  ]

  /// br_netfilter starts with 1 in both (net/bridge/br_netfilter_hooks.c, br_netfilter_sysctl_default()).
  private static let bridge = ["iptables", "ip6tables"].map { table in
    SysctlKey(
      name: SysctlName("net.bridge.bridge-nf-call-\(table)"), owner: .host, condition: .bridge,
      expectation: .equals("1"), severity: .warning, kernelDefault: .value("1"),
      consequence: "packets between pods of this node pass by Services and network policies")
  }

  private static let inotify = [
    SysctlKey(
      name: "fs.inotify.max_user_instances", owner: .host, condition: .node,
      expectation: .atLeast(leastInotifyInstances), severity: .warning, kernelDefault: .value("128"),
      consequence: "containers fail with \"too many open files\" once their watchers use it up"),
    SysctlKey(
      name: "fs.inotify.max_user_watches", owner: .host, condition: .node, expectation: .atLeast(leastInotifyWatches),
      severity: .warning, kernelDefault: .byMemory,
      consequence: "programs that watch files fail with \"no space left on device\" once it is used up"),
  ]

  private static let kubelet = [
    kubelet("vm.overcommit_memory", "1", starts: .value("0")), kubelet("vm.panic_on_oom", "0", starts: .value("0")),
    // CONFIG_PANIC_TIMEOUT and CONFIG_PANIC_ON_OOPS differ between distributions.
    kubelet("kernel.panic", "10", starts: .notKnown), kubelet("kernel.panic_on_oops", "1", starts: .notKnown),
    kubelet("kernel.keys.root_maxkeys", "1000000", starts: .value("1000000")),
    kubelet("kernel.keys.root_maxbytes", "25000000", starts: .value("25000000")),
  ]

  private static let network = [
    // The kernel takes the larger of this and the interface's own, which Felix sets to 0. Felix refused 2 only up to
    // Calico 3.11; without eBPF no value hurts it.
    SysctlKey(
      name: "net.ipv4.conf.all.rp_filter", owner: .cni, condition: .calico, expectation: .equals("0"),
      severity: .warning, kernelDefault: .value("0"),
      consequence: "Calico's eBPF data path may lose packets that come in on another interface than they would leave by"
    ),
    SysctlKey(
      name: "net.ipv4.ip_nonlocal_bind", owner: .host, condition: .foreignBind, expectation: .equals("1"),
      severity: .failing, kernelDefault: .value("0"),
      consequence: "HAProxy cannot start while another host holds the address"),
    SysctlKey(
      name: "net.ipv4.conf.all.arp_ignore", owner: .kubeProxy, condition: .ipvs, expectation: .atLeast(1),
      severity: .warning, kernelDefault: .value("0"),
      consequence: "without strictARP every node answers ARP for every Service address"),
    SysctlKey(
      name: "net.ipv4.conf.all.arp_announce", owner: .kubeProxy, condition: .ipvs, expectation: .equals("2"),
      severity: .warning, kernelDefault: .value("0"),
      consequence: "without strictARP nodes announce Service addresses that others serve"),
  ]

  private static func kubelet(_ name: SysctlName, _ value: String, starts: SysctlKey.Default) -> SysctlKey {
    SysctlKey(
      name: name, owner: .kubelet, condition: .kernelDefaults, expectation: .equals(value), severity: .failing,
      kernelDefault: starts,
      consequence: "the kubelet does not start: protectKernelDefaults forbids it to set the value")
  }

  /// The parameters with what the agent's configuration expects: a known one is compared with the given value wherever
  /// the host stands, an unknown one is added.
  static func expecting(_ expected: [SysctlName: String]) -> [SysctlKey] {
    let known = all.map { key in
      var key = key
      guard let value = expected[key.name] else { return key }
      key.condition = .configured
      if key.owner == .kubelet { key.owner = .host }
      if case .atLeast = key.expectation, let number = SysctlExpectation.number(value) {
        key.expectation = .atLeast(number)
      } else {
        key.expectation = .equals(value)
      }
      return key
    }
    let names = Set(all.map(\.name))
    return known
      + expected.filter { !names.contains($0.key) }.sorted { $0.key < $1.key }.map { name, value in
        SysctlKey(
          name: name, owner: .host, condition: .configured, expectation: .equals(value), severity: .warning,
          kernelDefault: .notKnown, consequence: "the agent's configuration expects another value")
      }
  }
}
