/// Which control group hierarchy carries the controllers (cgroups(7)).
package enum CgroupVersion: String, Sendable, Hashable, CaseIterable {
  /// Controllers in hierarchies of their own, also beside an empty unified one (systemd's hybrid layout).
  case v1
  /// One unified hierarchy.
  case v2

  /// Where the hierarchy is mounted.
  package static let path = "/sys/fs/cgroup"

  /// The version that is mounted; absent where none is.
  ///
  /// The kubelet asks for the kind of file system at this path; `cgroup.controllers` stands directly in it in v2 only.
  package static func read(_ files: HostFiles) -> Fact<CgroupVersion> {
    Fact(from: path) { () throws(FileError) in
      if try files.kind("\(path)/cgroup.controllers") != nil { return .v2 }
      for name in ["memory", "unified", "systemd"] where try files.kind("\(path)/\(name)") != nil { return .v1 }
      return nil
    }
  }
}
