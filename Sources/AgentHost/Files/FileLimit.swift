/// How much a file of one kind may hold. What holds more is not read in part: it is an error.
package struct FileLimit: Sendable, Hashable {
  /// Bytes.
  package var bytes: Int

  /// A limit of its own kind.
  package init(bytes: Int) { self.bytes = bytes }

  /// Pseudo-files below /proc and /sys.
  package static let kernel = FileLimit(bytes: 64 << 20)
  /// /proc/PID/mountstats, which is read in pieces and not held: 8 KiB for each mount of NFS.
  package static let mountStatistics = FileLimit(bytes: 1 << 30)
  /// Configuration and manifests.
  package static let configuration = FileLimit(bytes: 4 << 20)
  /// kubeconfigs and web configuration.
  package static let kubeconfig = FileLimit(bytes: 1 << 20)
  /// A package manager's database in text.
  package static let packageDatabase = FileLimit(bytes: 64 << 20)
}
