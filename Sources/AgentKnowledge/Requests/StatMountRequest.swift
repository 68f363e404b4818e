import AgentHost

/// `stat-mount`: whether a mounted file system of NFS answers. Only file systems of NFS that are mounted on the host are
/// looked at, by the number that the host's own table has: nobody chooses a path.
enum StatMountRequest: HelperRequest {
  static let name = "stat-mount"

  static func facts(_ sources: HelperSources, about: String?) async -> MountLook {
    guard let about, let device = DeviceNumber(about.utf8) else { return .gone }
    return await sources.mounts.look(at: device)
  }

  static func denial(in facts: MountLook) -> String? {
    guard case .failed(let code) = facts, MountLook.isDenial(code) else { return nil }
    return "statx of the mount point: permission denied"
  }
}
