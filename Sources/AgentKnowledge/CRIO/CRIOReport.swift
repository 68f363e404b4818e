package import AgentHost
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

  /// Makes a configuration.
  package init(networkDirectory: String? = nil) { self.networkDirectory = networkDirectory }

  /// Reads the answer of `GET /config`; nil for what has no table `[crio]` or below.
  init?(toml bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    let strings = TOMLStrings(text)
    guard strings.tables.contains(where: { $0 == "crio" || $0.hasPrefix("crio.") }) else { return nil }
    self.init(networkDirectory: strings["crio.network", "network_dir"])
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
