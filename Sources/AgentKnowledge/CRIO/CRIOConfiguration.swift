/// The part of CRI-O's configuration that checks need (crio.conf(5)).
package struct CRIOConfiguration: Sendable, Equatable, Codable {
  /// `cgroup_manager` of `[crio.runtime]`: `systemd` or `cgroupfs`.
  package var cgroupManager: String?
  /// `root` of `[crio]`: the directory of container storage.
  package var storageRoot: String?
  /// `pause_image` of `[crio.image]`.
  package var pauseImage: String?
  /// `network_dir` of `[crio.network]`: where the CNI configuration is read.
  package var networkDirectory: String?

  /// Makes a configuration.
  package init(
    cgroupManager: String? = nil, storageRoot: String? = nil, pauseImage: String? = nil,
    networkDirectory: String? = nil
  ) {
    self.cgroupManager = cgroupManager
    self.storageRoot = storageRoot
    self.pauseImage = pauseImage
    self.networkDirectory = networkDirectory
  }

  /// Reads the answer of `GET /config`; nil for what has no table `[crio]` or below.
  init?(toml bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    let strings = TOMLStrings(text)
    guard strings.tables.contains(where: { $0 == "crio" || $0.hasPrefix("crio.") }) else { return nil }
    self.init(
      cgroupManager: strings["crio.runtime", "cgroup_manager"], storageRoot: strings["crio", "root"],
      pauseImage: strings["crio.image", "pause_image"], networkDirectory: strings["crio.network", "network_dir"])
  }
}
