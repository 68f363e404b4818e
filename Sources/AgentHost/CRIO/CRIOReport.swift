/// What CRI-O tells of itself.
public struct CRIOReport: Sendable, Equatable, Codable {
  /// Its socket.
  public static let socket = "/run/crio/crio.sock"

  /// The answer of `GET /info`.
  public var info: HTTPFact<CRIOInfo>
  /// The answer of `GET /config`: the configuration in force, all files merged.
  public var configuration: HTTPFact<CRIOConfiguration>

  /// Makes a report.
  public init(info: HTTPFact<CRIOInfo>, configuration: HTTPFact<CRIOConfiguration>) {
    self.info = info
    self.configuration = configuration
  }
}

/// What `GET /info` tells (`CrioInfo` in CRI-O's pkg/types/types.go).
public struct CRIOInfo: Sendable, Equatable, Codable {
  /// A range of user or group numbers, and the host's numbers that it stands for.
  public struct IDRange: Sendable, Equatable, Codable {
    /// The first number in the container.
    public var container: Int
    /// The first number on the host.
    public var host: Int
    /// How many there are.
    public var size: Int

    private enum CodingKeys: String, CodingKey {
      case container = "container_id"
      case host = "host_id"
      case size
    }
  }

  /// The driver of container storage: `overlay`.
  public var storageDriver: String?
  /// The directory of container storage.
  public var storageRoot: String?
  /// `systemd` or `cgroupfs`.
  public var cgroupDriver: String?
  /// The user numbers of containers; the whole range onto itself unless user namespaces are configured.
  public var users: [IDRange]
  /// The group numbers of containers.
  public var groups: [IDRange]

  /// Makes the information.
  public init(
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
