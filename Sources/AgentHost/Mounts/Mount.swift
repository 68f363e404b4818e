/// One line of mountinfo (proc_pid_mountinfo(5)): a file system at one place.
package struct Mount: Sendable, Hashable {
  /// Its number, unique while it is mounted.
  package var id: Int
  /// The mount that its mount point lies on.
  package var parent: Int
  /// The file system.
  package var device: DeviceNumber
  /// The directory of the file system that is seen here; `/` unless it is a bind mount.
  package var root: MountPath
  /// Where it is mounted.
  package var point: MountPath
  /// The options of this mount.
  package var options: MountOptions
  /// The kind of file system, `ext4`, `nfs4` or `fuse.sshfs`.
  package var type: String
  /// What is mounted, in the file system's own words.
  package var source: MountPath
  /// The options of the file system, the same at all its mount points.
  package var superOptions: MountOptions

  /// Whether using it can only mean this machine: its own devices, its memory or its kernel.
  package var isLocal: Bool { FileSystemKind(type: type).isLocal }

  /// Whether it is NFS.
  package var isNFS: Bool { type == "nfs" || type == "nfs4" }

  /// Whether the directory that it was mounted on was removed.
  package var isDetached: Bool { point.bytes.suffix(9).elementsEqual("//deleted".utf8) }
}

/// Options as mountinfo writes them: `rw,vers=4.2,addr=192.0.2.1`.
package struct MountOptions: Sendable, Hashable {
  /// All of them, as they stand there.
  package let text: String

  /// Takes the text.
  package init(_ text: String) { self.text = text }

  /// Whether there is an option of this name without a value.
  package func has(_ name: String) -> Bool { items.contains { $0 == name } }

  /// The value of an option, the last one; nil when there is none.
  package subscript(_ name: String) -> String? {
    items.last { $0.hasPrefix(name) && $0.dropFirst(name.count).first == "=" }.map {
      String($0.dropFirst(name.count + 1))
    }
  }

  private var items: [Substring] { text.split(separator: ",") }
}

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
