/// What is mounted on the host, from mountinfo (proc_pid_mountinfo(5)).
package struct MountTable: Sendable, Equatable {
  /// Where the table stands: of the first process, so that a service's or container's own view does not count; and of
  /// the agent itself, where the first one is hidden.
  package static let paths = ["/proc/1/mountinfo", "/proc/self/mountinfo"]

  /// The mounts, in the kernel's order: a later one may cover an earlier one.
  package let mounts: [Mount]
  /// The file that was read.
  package let path: String
  /// Lines that are no mount.
  package let malformedLines: Int
  private let children: Set<Child>
  /// The place of each mount in the list, by its number.
  private let index: [Int: Int]

  /// A place on a mount.
  private struct Child: Hashable {
    var parent: Int
    var point: MountPath
  }

  /// Reads a text.
  package init(_ text: [UInt8], path: String = "/proc/self/mountinfo") {
    var parser = MountInfoParser()
    parser.parse(text)
    mounts = parser.mounts
    malformedLines = parser.malformed
    self.path = path
    children = Set(mounts.lazy.map { Child(parent: $0.parent, point: $0.point) })
    index = Dictionary(zip(mounts.lazy.map(\.id), mounts.indices)) { first, _ in first }
  }

  /// Reads the host's table; for the worker thread.
  ///
  /// - Throws: why the last of ``paths`` cannot be read.
  package init(reading files: HostFiles) throws(FileError) {
    let (text, path) = try Self.text(files)
    self.init(text, path: path)
  }

  /// The host's table as it stands there, and where; for the worker thread.
  package static func text(_ files: HostFiles) throws(FileError) -> (text: [UInt8], path: String) {
    for path in paths.dropLast() {
      if let text = try? files.bytes(path, limit: .kernel) { return (text, path) }
    }
    let last = paths[paths.count - 1]
    return (try files.bytes(last, limit: .kernel), last)
  }

  /// The mount that a path lies on, as the path itself says: links on it are not followed.
  package func mount(containing path: MountPath) -> Mount? {
    mounts.filter { path.isWithin($0.point) && isReachable($0) }.max { $0.point.bytes.count <= $1.point.bytes.count }
  }

  /// Whether a mount can be reached by its path: neither it nor a directory above it is covered by a later mount.
  package func isReachable(_ mount: Mount) -> Bool {
    var current = mount
    guard !isCoveredAtItsRoot(mount) else { return false }
    // Mounts lie on mounts; a table that goes round in circles is none of the kernel's.
    for _ in 0..<Self.mostLevels {
      guard isUncovered(current) else { return false }
      guard let parent = index[current.parent].map({ mounts[$0] }), parent.id != current.id else { return true }
      // What is mounted on its parent's own root covers it itself, and is reached just by that.
      guard parent.point == current.point || !isCoveredAtItsRoot(parent) else { return false }
      current = parent
    }
    return false
  }

  private static let mostLevels = 64

  private func isCoveredAtItsRoot(_ mount: Mount) -> Bool {
    children.contains(Child(parent: mount.id, point: mount.point))
  }

  /// Whether no later mount on the same parent covers a directory above it.
  private func isUncovered(_ mount: Mount) -> Bool {
    guard !mount.isDetached else { return false }
    let point = mount.point.bytes
    let above = index[mount.parent].map { mounts[$0].point.bytes.count } ?? 0
    for (offset, byte) in point.enumerated() where byte == UInt8(ascii: "/") && offset > max(above, 1) {
      if children.contains(Child(parent: mount.parent, point: MountPath(bytes: point[..<offset]))) { return false }
    }
    return true
  }
}
