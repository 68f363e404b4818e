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
