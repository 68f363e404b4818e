package import AgentCore
import AgentHost
import AgentKnowledge

/// What is known of the disks of this host.
package struct DiskObservation: Sendable, Equatable {
  /// When they were looked at.
  package var takenAt: HostTime
  /// Why there is nothing to judge; nil where there is.
  var irrelevance: String?
  /// What users of this host lose when a disk fails.
  var planes: [Plane] = []
  /// The kubelet's directory, below which the volumes of pods are mounted.
  var kubeletDirectory = "/var/lib/kubelet"
  /// Why the table of mounts could not be read; nil when it could.
  var problem: FileError?
  /// The directories whose space matters.
  var places: [DiskPlace] = []
  /// When the kubelet evicts pods; nil where there is no kubelet.
  var thresholds: Result<EvictionThresholds, KubeletProblem>?
  /// File systems that cannot be written although they should.
  var readOnly: [ReadOnlyDisk] = []
  /// The counters of errors.
  var errors: [DiskErrors] = []
  /// What devices say of their own wear.
  var wear: [DiskWear] = []
}

/// A directory whose space matters.
struct DiskPlace: Sendable, Equatable {
  /// What lies there.
  enum Purpose: Sendable, Hashable {
    /// Pods: logs, empty directories, writable layers.
    case pods
    /// Images, on a file system of their own.
    case images
    /// etcd's data.
    case etcd
    /// What this host exports.
    case export
    /// The system.
    case system
  }

  /// Whether there is something to measure.
  enum Measure: Sendable, Equatable {
    case space(FileSystemSpace)
    /// It may not be touched: it is no file system of this host.
    case foreign(String)
    case unreadable(String)
  }

  var path: String
  var purpose: Purpose
  var measure: Measure
  /// The file system; nil where that is not known.
  var device: DeviceNumber?
  /// Whether images lie on the same file system.
  var holdsImages = false
}

/// A file system that cannot be written.
struct ReadOnlyDisk: Sendable, Equatable {
  /// Why that is not on purpose.
  enum Cause: Sendable, Hashable {
    /// The kernel made it so after an error: the mount itself is still writable.
    case error
    /// It was shut down after an error.
    case shutdown
    /// /etc/fstab mounts it writable.
    case remounted(source: String)
  }

  var point: MountPath
  var type: String
  var source: String
  var options: String
  var cause: Cause
  /// The file system.
  var device: DeviceNumber
  /// All places where it is mounted.
  var points: [MountPath]
}

/// One counter of errors.
struct DiskErrors: Sendable, Equatable {
  /// Whose it is.
  enum Kind: Sendable, Hashable {
    /// Commands that a SCSI or SATA device failed: also such as it does not know.
    case commands
    /// Errors that ext4 found in itself since the last fsck.
    case ext4
    /// Errors that btrfs found on a device.
    case btrfs(String)
  }

  var device: String
  var kind: Kind
  var source: String
  var count: UInt64
  /// How many came since the window began; nil at the first look.
  var new: UInt64?
  /// The time that ``new`` covers.
  var over = Duration.zero
}

/// What a device says of its own wear.
enum DiskWear: Sendable, Equatable {
  /// eMMC: the used share of its life in tenths, 1 for up to 10 %, 11 for more than all; and whether its reserve goes.
  case flash(device: String, life: Int, reserve: Int, source: String)
  /// The state of an NVMe controller: `live`, or `dead`.
  case controller(device: String, state: String, source: String)
}
