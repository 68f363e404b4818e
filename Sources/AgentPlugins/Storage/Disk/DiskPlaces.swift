import AgentCore
import AgentHost
import AgentKnowledge

/// Finds the directories whose space matters on a host.
struct DiskPlaces {
  private static let images = ["/var/lib/containers/storage", "/var/lib/containerd", "/var/lib/docker"]

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
      for path in Self.images {
        guard let images = place(path, .images) else { continue }
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

  /// `--root-dir` of the kubelet.
  static func kubeletDirectory(_ facts: KubeletFacts) -> String {
    facts.configuration.text([], flag: "root-dir").value.flatMap { $0 } ?? "/var/lib/kubelet"
  }

  /// A place; nil where there is no such directory.
  private func place(_ path: String, _ purpose: DiskPlace.Purpose) -> DiskPlace? {
    let paths = LocalPaths(table, files: files)
    do throws(LocalPaths.Refusal) {
      let resolved = try paths.resolve(path)
      guard resolved == "/" || exists(resolved) else { return nil }
      return DiskPlace(
        path: path, purpose: purpose, measure: .unreadable("not measured"), device: paths.mount(at: resolved)?.device)
    } catch {
      switch error {
      case .foreign: return DiskPlace(path: path, purpose: purpose, measure: .foreign(error.description))
      case .unreadable: return DiskPlace(path: path, purpose: purpose, measure: .unreadable(error.description))
      }
    }
  }

  private func exists(_ path: String) -> Bool {
    table.mounts.contains { $0.point == MountPath(path) } || ((try? files.kind(path)) ?? nil) == .directory
  }
}
