/// One line of mountinfo (proc_pid_mountinfo(5)): a file system at one place.
public struct Mount: Sendable, Hashable {
  /// Its number, unique while it is mounted.
  public var id: Int
  /// The mount that its mount point lies on.
  public var parent: Int
  /// The file system.
  public var device: DeviceNumber
  /// The directory of the file system that is seen here; `/` unless it is a bind mount.
  public var root: MountPath
  /// Where it is mounted.
  public var point: MountPath
  /// The options of this mount.
  public var options: MountOptions
  /// The kind of file system, `ext4`, `nfs4` or `fuse.sshfs`.
  public var type: String
  /// What is mounted, in the file system's own words.
  public var source: MountPath
  /// The options of the file system, the same at all its mount points.
  public var superOptions: MountOptions

  /// Whether using it can only mean this machine: its own devices, its memory or its kernel.
  public var isLocal: Bool { FileSystemKind(type: type).isLocal }

  /// Whether it is NFS.
  public var isNFS: Bool { type == "nfs" || type == "nfs4" }

  /// Whether the directory that it was mounted on was removed.
  public var isDetached: Bool { point.bytes.suffix(9).elementsEqual("//deleted".utf8) }
}
