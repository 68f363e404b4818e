import AgentHost

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
