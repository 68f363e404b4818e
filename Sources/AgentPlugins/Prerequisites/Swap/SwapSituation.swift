import AgentHost

/// All that decides what a kubelet makes of one swap area.
struct SwapSituation: Hashable {
  /// The hierarchy at /sys/fs/cgroup.
  var kind: SwapDevice.Kind = .partition
  /// `failSwapOn`, default true.
  var failSwapOn = true
  /// `memorySwap.swapBehavior`, empty when it is not set.
  var behavior = ""
  /// The feature gate NodeSwap as set by hand; nil when it is left to the version.
  var gate: Bool?
  /// nil when it could not be seen.
  var cgroup: CgroupVersion?
  /// The kubelet's minor version; nil when it is not known.
  var minor: Int?
  /// Whether the kernel is 6.4 or newer, which has tmpfs' `noswap`; nil when it is not known.
  var hasNoswap: Bool?
  var expect: SwapExpectation = .configured
}

/// A rule of ``SwapPolicyTable`` that applied.
enum SwapRule: String, Hashable, CaseIterable {
  // The kubelet does not start.
  case failSwapOn, gateLocked, gateNotKnown, behaviorNeedsGate, behaviorNotKnown
  // It starts, and nobody wants swap, or it is not used as anybody decided.
  case notExpected
  case beforeNodeSwap, gateOff, cgroupV1, behaviorNotSet, alpha, unlimited
  // It starts, pods are handled, and something remains.
  case zram, secretsOnDisk
  case configured
  /// The versions or facts that are possible give different states.
  case undecided
}
