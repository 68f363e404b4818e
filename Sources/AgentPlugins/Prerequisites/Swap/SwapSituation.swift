import AgentCore
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

/// A swap area in use.
package struct SwapDevice: Sendable, Hashable {
  /// What it lies on.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// A block device other than zram.
    case partition
    /// A file of a file system.
    case file
    /// Compressed memory, /dev/zram*. For the kernel and the kubelet it is swap like any other.
    case zram
    /// What lxcfs shows in a container of the machine's swap; the kubelet counts the line like any other.
    case lent
  }

  /// Its path, escapes undone.
  package var path: String
  /// What it lies on.
  package var kind: Kind
  /// Its size in bytes.
  package var size: UInt64
  /// The bytes in use.
  package var used: UInt64
  /// Whether the file was removed while in use: swapoff(8) can no longer name it.
  package var isDeleted: Bool

  /// Makes a device.
  package init(path: String, kind: Kind, size: UInt64, used: UInt64 = 0, isDeleted: Bool = false) {
    self.path = path
    self.kind = kind
    self.size = size
    self.used = used
    self.isDeleted = isDeleted
  }
}

/// A swap area that the next boot turns on.
struct BootSwap: Sendable, Hashable {
  /// As its source names it: `UUID=…`, /dev/sda3, /var/swap, /dev/zram0.
  var device: String
  /// The path that /proc/swaps would show; nil where that cannot be told.
  var path: String?
  /// Who turns it on, in a word or two.
  var mechanism: String
  /// The file that says so, with its line where there is one.
  var source: String
  /// The command that keeps it off.
  var remedy: String
}

/// All that was found about the next boot.
struct SwapBootFacts: Sendable, Equatable {
  /// What is turned on, in the order of looking.
  var swaps: [BootSwap] = []
  /// What could not be looked at.
  var unreadable: [FileError] = []
  /// Facts that decide nothing, such as `resume=`.
  var notes: [Evidence] = []
  /// Whether there is anything of a system that boots: an fstab or a unit directory.
  var hasSystem = false
}
