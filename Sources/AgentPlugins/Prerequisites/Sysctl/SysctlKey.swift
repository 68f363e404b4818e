import AgentCore

/// One kernel parameter that the plugin knows, and what of it matters.
struct SysctlKey: Sendable, Equatable {
  /// Who sets it.
  enum Owner: Sendable, Equatable {
    /// The administrator, by sysctl.d.
    case host
    /// The kubelet at its start, unless protectKernelDefaults forbids it.
    case kubelet
    /// kube-proxy at its start.
    case kubeProxy
    /// The network plugin's daemon at its start.
    case cni
  }

  /// When it matters.
  enum Condition: Sendable, Equatable {
    /// Wherever a kubelet runs or will run.
    case node
    /// Where pods have IPv6 addresses.
    case dualStack
    /// Where the network plugin hands packets over a bridge.
    case bridge
    /// Where Calico is the network plugin and works by eBPF.
    case calico
    /// Where the kubelet compares and does not set.
    case kernelDefaults
    /// Where HAProxy binds an address that the host does not always hold.
    case foreignBind
    /// Where kube-proxy works by IPVS.
    case ipvs
    /// Because the agent's configuration names it.
    case configured
  }

  /// What the kernel starts with when nothing sets it.
  enum Default: Sendable, Equatable {
    case value(String)
    /// A number that the kernel works out from the size of the memory.
    case byMemory
    case notKnown
  }

  var name: SysctlName
  /// Other names of the same value in the kernel.
  var aliases: [SysctlName] = []
  var owner: Owner
  var condition: Condition
  var expectation: SysctlExpectation
  /// The state when it is wrong.
  var severity: CheckState
  var kernelDefault: Default
  /// What follows when it is wrong, in a few words.
  var consequence: String

  /// What users of this node lose when it fails.
  var lost: [Plane] {
    switch condition {
    case .node, .dualStack, .kernelDefaults: [.workloads]
    // HAProxy is not what this node's pods live by; the others only warn, or are the administrator's own wish.
    case .foreignBind, .bridge, .calico, .ipvs, .configured: []
    }
  }
}
