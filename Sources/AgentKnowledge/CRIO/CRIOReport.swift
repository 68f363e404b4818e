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
  /// A range of user or group numbers, and the host's numbers that it stands for.
  package struct IDRange: Sendable, Equatable, Codable {
    /// The first number in the container.
    package var container: Int
    /// The first number on the host.
    package var host: Int
    /// How many there are.
    package var size: Int

    private enum CodingKeys: String, CodingKey {
      case container = "container_id"
      case host = "host_id"
      case size
    }
  }

  /// The driver of container storage: `overlay`.
  package var storageDriver: String?
  /// The directory of container storage.
  package var storageRoot: String?
  /// `systemd` or `cgroupfs`.
  package var cgroupDriver: String?
  /// The user numbers of containers; the whole range onto itself unless user namespaces are configured.
  package var users: [IDRange]
  /// The group numbers of containers.
  package var groups: [IDRange]

  /// Makes the information.
  package init(
    storageDriver: String? = nil, storageRoot: String? = nil, cgroupDriver: String? = nil, users: [IDRange] = [],
    groups: [IDRange] = []
  ) {
    self.storageDriver = storageDriver
    self.storageRoot = storageRoot
    self.cgroupDriver = cgroupDriver
    self.users = users
    self.groups = groups
  }
}
