/// How much a file of one kind may hold. What holds more is not read in part: it is an error.
public struct FileLimit: Sendable, Hashable {
  /// Bytes.
  public var bytes: Int

  /// Pseudo-files below /proc and /sys.
  public static let kernel = FileLimit(bytes: 64 << 20)
  /// /proc/PID/mountstats, which is read in pieces and not held: 8 KiB for each mount of NFS.
  public static let mountStatistics = FileLimit(bytes: 1 << 30)
  /// Configuration and manifests.
  public static let configuration = FileLimit(bytes: 4 << 20)
  /// kubeconfigs and web configuration.
  public static let kubeconfig = FileLimit(bytes: 1 << 20)
  /// A package manager's database in text.
  public static let packageDatabase = FileLimit(bytes: 64 << 20)
}
