import AgentCore
import AgentHost
import AgentKnowledge

/// What one look at a host's swap gave.
package struct SwapObservation: Sendable, Equatable {
  var takenAt: HostTime
  /// Why swap does not matter on this host; nil where a kubelet runs or will run.
  var irrelevance: String?
  /// The swap areas in use; absent when the kernel has no swap.
  var swaps: Fact<[SwapDevice]>
  /// The kernel's release, such as `6.1.0-28-amd64`.
  var kernelRelease: Fact<String>
  /// The hierarchy at /sys/fs/cgroup.
  var cgroup: Fact<CgroupVersion>
  /// The kubelet's version and settings.
  var kubelet: KubeletFacts
  /// What the next boot turns on.
  var boot: SwapBootFacts
}
