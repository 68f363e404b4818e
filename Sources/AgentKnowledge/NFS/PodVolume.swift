package import AgentHost
import AgentText
import FoundationEssentials

/// A volume of a pod, as the path of its mount point says: `…/pods/UID/volumes/kubernetes.io~csi/PV/mount`, or
/// `…/pods/UID/volumes/kubernetes.io~nfs/NAME` of the plugin within the kubelet.
package struct PodVolume: Sendable, Hashable {
  /// The pod's UID.
  package var pod: String
  /// The persistent volume (`specVolID`), or the volume's name in the pod for one that the pod itself describes.
  package var name: String
  private let mountPoint: MountPath
  private let isCSI: Bool

  /// The directory in which the kubelet keeps `vol_data.json`; nil for the plugin within the kubelet.
  package var directory: String? { isCSI ? mountPoint.utf8.map { String($0.dropLast("/mount".count)) } : nil }

  private static let plugins = ["kubernetes.io~csi", "kubernetes.io~nfs"]

  /// The volume of a mount point; nil for any other place.
  init?(mountPoint: MountPath) {
    guard let path = mountPoint.utf8 else { return nil }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard let plugin = parts.lastIndex(where: { Self.plugins.contains(String($0)) }), plugin >= 3,
      parts[plugin - 1] == "volumes", parts[plugin - 3] == "pods", plugin + 1 < parts.count
    else { return nil }
    let isCSI = parts[plugin] == Self.plugins[0]
    guard parts.count == plugin + (isCSI ? 3 : 2), !isCSI || parts[plugin + 2] == "mount" else { return nil }
    pod = String(parts[plugin - 2])
    name = String(parts[plugin + 1])
    self.mountPoint = mountPoint
    self.isCSI = isCSI
  }
}

/// The pods of this node by their UIDs, from the names of the kubelet's log directories: `NAMESPACE_NAME_UID`.
///
/// No API server is needed. Neither namespaces nor names of pods hold an underscore.
package struct PodNames: Sendable, Equatable {
  /// Where the kubelet keeps logs.
  package static let directory = "/var/log/pods"

  /// `NAMESPACE/NAME` by UID.
  package let names: [String: String]

  /// Takes the names of directories; what is none of the kubelet's is passed over.
  init(entries: [String]) {
    let pairs = entries.compactMap { entry -> (String, String)? in
      let parts = entry.split(separator: "_", omittingEmptySubsequences: false)
      guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
      return (String(parts[2]), PlainText.short("\(parts[0])/\(parts[1])", length: 320))
    }
    names = Dictionary(pairs) { first, _ in first }
  }

  /// Reads the directory, if it lies on a file system of this host; for the worker thread.
  package static func read(_ files: HostFiles, _ paths: LocalPaths) -> Fact<PodNames> {
    let resolved: String
    do throws(LocalPaths.Refusal) {
      resolved = try paths.resolve(directory)
    } catch {
      return .unreadable(FileError(directory, .wrongKind("not read: \(error.description)")))
    }
    return Fact(from: directory) { () throws(FileError) in try files.entries(resolved).map { PodNames(entries: $0) } }
  }
}

/// What the kubelet wrote beside the mount point of a CSI volume: `vol_data.json` (pkg/volume/csi/csi_util.go).
package struct VolumeData: Sendable, Equatable {
  /// The driver: `nfs.csi.k8s.io`.
  package var driver: String?
  /// The persistent volume.
  package var volume: String?
  /// The volume as the driver knows it; csi-driver-nfs writes `SERVER#SHARE#SUBDIRECTORY#UUID#ONDELETE`.
  package var handle: String?

  /// More than the kubelet ever writes.
  private static let limit = FileLimit(bytes: 64 << 10)

  private struct Document: Decodable {
    var driverName: String?
    var specVolID: String?
    var volumeHandle: String?
  }

  /// Reads a file's content; nil for what is none.
  init?(json bytes: [UInt8]) {
    guard let document = try? JSONDecoder().decode(Document.self, from: Data(bytes)),
      document.driverName != nil || document.specVolID != nil || document.volumeHandle != nil
    else { return nil }
    driver = document.driverName
    volume = document.specVolID
    handle = document.volumeHandle
  }

  /// The directory of the share that the volume is, which may hold the claim's name; nil for other drivers.
  package var subdirectory: String? {
    guard driver == "nfs.csi.k8s.io", let parts = handle?.split(separator: "#", omittingEmptySubsequences: false),
      parts.count >= 3, !parts[2].isEmpty
    else { return nil }
    return String(parts[2])
  }

  /// Reads the file of a volume, unless its directory lies on a file system that may not answer; for the worker thread.
  package static func read(_ volume: PodVolume, _ files: HostFiles, _ paths: LocalPaths) -> VolumeData? {
    guard let directory = volume.directory, let path = try? paths.resolve("\(directory)/vol_data.json"),
      let bytes = try? files.bytes(path, limit: limit)
    else { return nil }
    return VolumeData(json: bytes)
  }
}
