import AgentText

/// Finds the way to a path on local file systems only: nothing of a network file system, of FUSE or of an automounter
/// is touched, not even looked up.
package struct LocalPaths {
  /// Why a path is not used.
  package enum Refusal: Error, Sendable, Hashable {
    /// A file system on the way may not answer; its mount point and type.
    case foreign(point: String, type: String)
    /// A link on the way cannot be read.
    case unreadable(FileError)

    /// The refusal in words.
    package var description: String {
      switch self {
      case .foreign(let point, let type): "\(point) is \(type), which the agent does not touch itself"
      case .unreadable(let error): error.description
      }
    }
  }

  /// As many links as the kernel follows (path_resolution(7)).
  private static let mostLinks = 40

  private let table: MountTable
  private let files: HostFiles
  private let foreign: Set<MountPath>

  /// Looks at the mounts of a table.
  package init(_ table: MountTable, files: HostFiles) {
    self.table = table
    self.files = files
    foreign = Set(table.mounts.lazy.filter { !$0.isLocal }.map(\.point))
  }

  /// The path with all links on it followed, each only after the file system that it lies on was found local.
  package func resolve(_ path: String) throws(Refusal) -> String {
    var left = Array(path.split(separator: "/").reversed())
    var inside = ""
    var links = 0
    try check("/")
    while let part = left.popLast() {
      if part == "." { continue }
      if part == ".." {
        inside = String(inside[..<(inside.lastIndex(of: "/") ?? inside.startIndex)])
        continue
      }
      let next = inside + "/" + part
      try check(next)
      guard let target = try link(next) else {
        inside = next
        continue
      }
      links += 1
      guard links <= Self.mostLinks else { throw .unreadable(FileError(path, .badLink)) }
      if target.hasPrefix("/") { inside = "" }
      left += target.split(separator: "/").reversed()
    }
    return inside.isEmpty ? "/" : inside
  }

  /// The mount that a resolved path lies on.
  package func mount(at resolved: String) -> Mount? { table.mount(containing: MountPath(resolved)) }

  /// Every directory on the way was checked before the next one, so only what is mounted here is new.
  private func check(_ path: String) throws(Refusal) {
    let path = MountPath(path)
    guard foreign.contains(path) else { return }
    guard let mount = table.mount(containing: path), !mount.isLocal else { return }
    throw .foreign(point: mount.point.shown, type: PlainText.short(mount.type))
  }

  private func link(_ path: String) throws(Refusal) -> String? {
    do { return try files.linkTarget(path) } catch {
      // What is not there leads nowhere else.
      guard error.reason == .notFound else { throw .unreadable(error) }
      return nil
    }
  }
}
