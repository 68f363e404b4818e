/// A swap area in use.
public struct SwapDevice: Sendable, Hashable {
  /// What it lies on.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// A block device other than zram.
    case partition
    /// A file of a file system.
    case file
    /// Compressed memory, /dev/zram*. For the kernel and the kubelet it is swap like any other.
    case zram
  }

  /// Its path, escapes undone.
  public var path: String
  /// What it lies on.
  public var kind: Kind
  /// Its size in bytes.
  public var size: UInt64
  /// The bytes in use.
  public var used: UInt64
  /// The kernel fills the highest first; negative when nobody set it.
  public var priority: Int
  /// Whether the file was removed while in use: swapoff(8) can no longer name it.
  public var isDeleted: Bool

  /// Makes a device.
  public init(path: String, kind: Kind, size: UInt64, used: UInt64 = 0, priority: Int = -2, isDeleted: Bool = false) {
    self.path = path
    self.kind = kind
    self.size = size
    self.used = used
    self.priority = priority
    self.isDeleted = isDeleted
  }
}
