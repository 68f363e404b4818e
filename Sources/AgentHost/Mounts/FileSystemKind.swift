/// What stands behind a file system: whether a call on it may wait for somebody else.
package enum FileSystemKind: Sendable, Hashable {
  /// A disk of this machine.
  case disk
  /// A disk of this machine that cannot be written by its nature.
  case readOnlyDisk
  /// Memory, or the kernel itself.
  case kernel
  /// A server, a process, or a kind that is not known: a call on it may never return.
  case foreign

  private static let disks: Set<String> = [
    "ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "bcachefs", "vfat", "exfat", "ntfs3", "jfs", "nilfs2",
    "reiserfs", "hfsplus",
  ]
  private static let readOnlyDisks: Set<String> = ["squashfs", "erofs", "iso9660", "udf", "cramfs"]
  private static let kernels: Set<String> = [
    "tmpfs", "ramfs", "rootfs", "overlay", "proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "bpf",
    "tracefs", "debugfs", "securityfs", "selinuxfs", "mqueue", "configfs", "pstore", "efivarfs", "fusectl",
    "hugetlbfs", "nsfs", "nfsd", "rpc_pipefs", "binfmt_misc",
  ]

  /// The kind of a type; what is not known to be local is foreign.
  package init(type: String) {
    self =
      if Self.disks.contains(type) {
        .disk
      } else if Self.readOnlyDisks.contains(type) {
        .readOnlyDisk
      } else if Self.kernels.contains(type) {
        .kernel
      } else {
        .foreign
      }
  }

  /// Whether a call on it depends on this machine only.
  package var isLocal: Bool { self != .foreign }
}
