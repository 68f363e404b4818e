import AgentCore
import AgentHost
import AgentKnowledge

/// Finds the directories whose space matters on a host.
struct DiskPlaces {
  let files: HostFiles
  let table: MountTable
  let roles: Set<Role>
  let facts: KubeletFacts

  /// The places with the file systems that they lie on; what is measured comes later.
  var found: [DiskPlace] {
    var places: [DiskPlace] = []
    let isNode = !roles.isDisjoint(with: [.controlPlane, .worker])
    let kubelet = Self.kubeletDirectory(facts)
    if isNode, let pods = place(kubelet, .pods) {
      places.append(pods)
      for path in images {
        guard let images = place(path, .images) else { continue }
        if places.contains(where: { $0.path == images.path }) { continue }
        if images.device == pods.device { places[0].holdsImages = true } else { places.append(images) }
      }
    }
    if roles.contains(.controlPlane), let etcd = place("/var/lib/etcd", .etcd) { places.append(etcd) }
    if roles.contains(.storage) {
      for export in (try? ExportsFile(reading: files))?.exports ?? [] {
        guard let place = place(export.path, .export), !places.contains(where: { $0.path == export.path }) else {
          continue
        }
        places.append(place)
      }
    }
    // What is on the same file system as pods or exports is judged there, and more strictly.
    if let system = place("/", .system),
      !places.contains(where: { $0.device == system.device && [.pods, .export].contains($0.purpose) })
    {
      places.append(system)
    }
    return places
  }

  /// Where runtimes keep images: as their files say, else where they do by themselves. What cannot be read there is
  /// taken for their default.
  private var images: [String] {
    let crio = (try? CRIOConfiguration.read(files))?.root ?? "/var/lib/containers/storage"
    let containerd = (try? ContainerdConfiguration.read(files))?.root ?? ContainerdConfiguration().root
    return [crio, containerd, "/var/lib/docker"]
  }

  /// `--root-dir` of the kubelet.
  static func kubeletDirectory(_ facts: KubeletFacts) -> String {
    facts.configuration.text([], flag: "root-dir").value.flatMap { $0 } ?? "/var/lib/kubelet"
  }

  /// A place; nil where there is no such directory.
  private func place(_ path: String, _ purpose: DiskPlace.Purpose) -> DiskPlace? {
    let paths = LocalPaths(table, files: files)
    do throws(LocalPaths.Refusal) {
      let resolved = try paths.resolve(path)
      let mount = paths.mount(at: resolved)
      // A root of images that is not made yet will lie on the file system that was mounted for it.
      let isAwaited = purpose == .images && mount.map { $0.point.utf8 != "/" } == true && !isUsual(path)
      guard resolved == "/" || exists(resolved) || isAwaited else { return nil }
      return DiskPlace(
        path: exists(resolved) ? path : mount?.point.utf8 ?? path, purpose: purpose,
        measure: .unreadable("not measured"), device: paths.mount(at: resolved)?.device)
    } catch {
      switch error {
      case .foreign: return DiskPlace(path: path, purpose: purpose, measure: .foreign(error.description))
      case .unreadable: return DiskPlace(path: path, purpose: purpose, measure: .unreadable(error.description))
      }
    }
  }

  private func isUsual(_ path: String) -> Bool { path.hasPrefix("/var/lib/") }

  private func exists(_ path: String) -> Bool {
    table.mounts.contains { $0.point == MountPath(path) } || ((try? files.kind(path)) ?? nil) == .directory
  }
}
