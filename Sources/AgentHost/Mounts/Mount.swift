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
