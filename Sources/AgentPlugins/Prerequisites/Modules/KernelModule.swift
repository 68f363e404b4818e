import AgentCore

/// A kernel module that pods, their network or their storage need on some hosts.
struct KernelModule: Sendable, Equatable {
  /// What makes it matter.
  enum Need: Sendable, Equatable {
    /// A kubelet.
    case node
    /// A network plugin that hands packets over a Linux bridge.
    case bridge
    /// kube-proxy by IPVS.
    case ipvs
    /// A mount of NFS, or one that the configuration foretells.
    case nfs
    /// The same of version 4.
    case nfs4
  }

  /// Who loads it.
  enum Loading: Sendable, Equatable {
    /// Only who names it: modprobe(8), modules-load.d(5).
    case byName
    /// The kernel itself, at the occasion in words. By an alias of the module it is kept from it by `blacklist` too.
    case onDemand(at: String, byAlias: Bool)
    /// kube-proxy, at each start: its IPVS library runs modprobe (moby/ipvs).
    case kubeProxy
  }

  /// What is there exactly while the module's code is in the kernel, loaded or built in.
  enum Effect: Sendable, Equatable {
    /// A file or directory.
    case file(String)
    /// A name in /proc/filesystems.
    case fileSystem(String)
  }

  /// Its name with `_`, as the kernel shows it.
  var name: String
  var need: Need
  var loading: Loading
  var effect: Effect?
  /// The state where it cannot be had.
  var severity = CheckState.failing
  /// What fails without it.
  var consequence: String

  /// The name as the kernel and kmod compare names: `-` and `_` are the same.
  static func normal(_ name: some StringProtocol) -> String { String(name).replacing("-", with: "_") }
}

extension KernelModule {
  /// All that the plugin looks at, in the order of reports.
  static let all = [
    KernelModule(
      name: "overlay", need: .node, loading: .onDemand(at: "the first mount of a container", byAlias: true),
      effect: .fileSystem("overlay"), consequence: "containers do not start"),
    KernelModule(
      name: "br_netfilter", need: .bridge, loading: .byName, effect: .file("/proc/sys/net/bridge"),
      consequence: "Services fail between pods of this node, and flannel does not start"),
    KernelModule(
      name: "nf_conntrack", need: .node, loading: .onDemand(at: "the first rule of kube-proxy", byAlias: false),
      effect: .file("/proc/sys/net/netfilter/nf_conntrack_max"), consequence: "Services are not reached from this node"),
    KernelModule(
      name: "ip_vs", need: .ipvs, loading: .kubeProxy, effect: .file("/proc/net/ip_vs"),
      consequence: "Services are not reached from this node"),
    scheduler("ip_vs_rr", .failing, "Services are not reached from this node: it is kube-proxy's own scheduler"),
    scheduler("ip_vs_wrr", .warning, "kube-proxy before 1.27 gives up IPVS for iptables"),
    scheduler("ip_vs_sh", .warning, "kube-proxy before 1.27 gives up IPVS for iptables"),
    KernelModule(
      name: "nfs", need: .nfs, loading: .onDemand(at: "the first mount of NFS", byAlias: true),
      effect: .fileSystem("nfs"), consequence: "volumes on NFS are not mounted"),
    KernelModule(
      name: "nfsv4", need: .nfs4, loading: .onDemand(at: "the first mount of NFS 4", byAlias: false),
      consequence: "volumes on NFS 4 are not mounted"),
  ]

  /// The kernel asks for a scheduler by the module's name when a virtual service names it.
  private static func scheduler(_ name: String, _ severity: CheckState, _ consequence: String) -> KernelModule {
    KernelModule(
      name: name, need: .ipvs, loading: .onDemand(at: "the first Service that is balanced by it", byAlias: false),
      severity: severity, consequence: consequence)
  }
}
