extension HeldPlace {
  /// Finds the mount that a path lies on without touching that mount: links are followed on local file systems only.
  ///
  /// Below `/` it is the agent's own view that decides, which a service or a container may have for itself.
  package init(finding path: String, _ files: HostFiles) {
    self.init(path: path)
    let own = files.root.path == "/" ? try? files.bytes("/proc/self/mountinfo", limit: .kernel) : nil
    guard let table = try? own.map({ MountTable($0) }) ?? MountTable(reading: files) else { return }
    do throws(LocalPaths.Refusal) {
      let paths = LocalPaths(table, files: files)
      let found = paths.mount(at: try paths.resolve(path))?.point.utf8
      mount = found == "/" ? nil : found
    } catch {
      guard case .foreign(let point, _) = error else { return }
      mount = point
      isLocal = false
    }
  }
}
