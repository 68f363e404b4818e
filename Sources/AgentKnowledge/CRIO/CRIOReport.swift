package import AgentHost

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
