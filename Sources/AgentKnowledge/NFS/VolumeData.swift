package import AgentHost
import FoundationEssentials

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
