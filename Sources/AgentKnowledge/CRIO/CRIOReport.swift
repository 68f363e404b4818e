package import AgentHost
import AgentText
import FoundationEssentials

/// What CRI-O tells of itself.
package struct CRIOReport: Sendable, Equatable, Codable {
  /// Its socket.
  package static let socket = "/run/crio/crio.sock"

  /// The answer of `GET /info`.
  package var info: HTTPFact<CRIOInfo>
  /// The answer of `GET /config`: the configuration in force, all files merged.
  package var configuration: HTTPFact<CRIOConfiguration>

  /// Makes a report.
  package init(info: HTTPFact<CRIOInfo>, configuration: HTTPFact<CRIOConfiguration>) {
    self.info = info
    self.configuration = configuration
  }
}

/// What `GET /info` tells (`CrioInfo` in CRI-O's pkg/types/types.go).
package struct CRIOInfo: Sendable, Equatable, Codable {
  /// The directory of container storage.
  package var storageRoot: String?
  /// `systemd` or `cgroupfs`.
  package var cgroupDriver: String?

  /// Makes the information.
  package init(storageRoot: String? = nil, cgroupDriver: String? = nil) {
    self.storageRoot = storageRoot
    self.cgroupDriver = cgroupDriver
  }
}

/// The part of CRI-O's configuration that checks need (crio.conf(5)).
package struct CRIOConfiguration: Sendable, Equatable, Codable {
  /// `network_dir` of `[crio.network]`: where the CNI configuration is read.
  package var networkDirectory: String?

  /// `cni_default_network` of it: the name of the one network that pods get; nil where the first file decides.
  package var defaultNetwork: String?

  /// `root` of `[crio]`: where images and containers are kept; nil where containers-storage.conf(5) decides.
  package var root: String?

  /// Makes a configuration.
  package init(networkDirectory: String? = nil, defaultNetwork: String? = nil) {
    self.networkDirectory = networkDirectory
    self.defaultNetwork = defaultNetwork
  }

  /// Reads the directory of the answer of `GET /config`, the rest stands in files too; nil for what has no table `[crio]`
  /// or below.
  init?(toml bytes: [UInt8]) {
    guard let document = TOMLText(bytes), document.tables.contains(where: { $0.first == "crio" }) else { return nil }
    self.init(networkDirectory: document.text("crio", "network", "network_dir"))
  }

  /// The files in their order, each over those before it (crio(8), "FILES").
  private static let file = "/etc/crio/crio.conf"
  private static let dropIns = "/etc/crio/crio.conf.d"

  /// Where its configuration stands.
  package static let places = [file, dropIns]

  /// What CRI-O's files say; for the worker thread.
  package static func read(_ files: HostFiles) throws(FileError) -> CRIOConfiguration {
    var configuration = CRIOConfiguration()
    for path in [file] + (try files.entries(dropIns) ?? []).sorted().map({ "\(dropIns)/\($0)" }) {
      guard try files.kind(path) == .regular, let content = try files.bytesIfPresent(path) else { continue }
      if let document = TOMLText(content) { configuration.take(document) }
    }
    return configuration
  }

  private mutating func take(_ document: TOMLText) {
    if let root = document.text("crio", "root"), !root.isEmpty { self.root = root }
    if let directory = document.text("crio", "network", "network_dir") { networkDirectory = directory }
    // An empty text takes back what a file before it says.
    if let name = document.text("crio", "network", "cni_default_network") {
      defaultNetwork = name.isEmpty ? nil : name
    }
  }
}

extension CRIOInfo {
  /// Reads the answer; nil for what is no JSON, or tells neither the storage's directory nor the cgroup driver.
  init?(json bytes: [UInt8]) {
    guard let document = try? JSONDecoder().decode(CRIOInfoDocument.self, from: Data(bytes)),
      document.storageRoot != nil || document.cgroupDriver != nil
    else { return nil }
    self.init(storageRoot: document.storageRoot, cgroupDriver: document.cgroupDriver)
  }
}

/// The answer as CRI-O writes it.
private struct CRIOInfoDocument: Decodable {
  var storageRoot: String?
  var cgroupDriver: String?

  private enum CodingKeys: String, CodingKey {
    case storageRoot = "storage_root"
    case cgroupDriver = "cgroup_driver"
  }
}
