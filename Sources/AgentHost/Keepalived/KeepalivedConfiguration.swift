/// What Keepalived's configuration says of the addresses that it moves from host to host (keepalived.conf(5)).
///
/// Passwords (`auth_pass`) and scripts are not kept.
public struct KeepalivedConfiguration: Sendable, Equatable {
  /// A `vrrp_instance`.
  public struct Instance: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// `FILE:LINE`.
    public var source: String
    /// `interface`: where it sends its advertisements; nil when it names none.
    public var interface: String?
    /// `virtual_router_id`.
    public var routerID: Int?
    /// `priority`; nil when it names none.
    public var priority: Int?
    /// `state`: MASTER or BACKUP at the start; nil when it names none.
    public var state: String?
    /// `unicast_peer`: the other hosts; empty for multicast.
    public var peers: [IPAddress] = []
    /// The addresses of `virtual_ipaddress` and `virtual_ipaddress_excluded`.
    public var addresses: [IPAddress] = []
    /// Whether something lowers its priority or stops it when a service is dead: `track_script`, `track_process`,
    /// `track_file` or `track_bfd`, of its own or of its sync group.
    public var isTracking = false
  }

  /// A part of the configuration that tells nothing.
  public enum Problem: Sendable, Equatable {
    /// An included file could not be read.
    case unreadable(FileError)
    /// The agent does not evaluate it; what, and at which `FILE:LINE`.
    case notEvaluated(String, source: String)
    /// Keepalived will not take it as it is meant; what, and at which `FILE:LINE`.
    case wrong(String, source: String)
  }

  /// The configuration file that is read unless Keepalived is told another one.
  public static let path = "/etc/keepalived/keepalived.conf"

  /// Its instances, in order.
  public var instances: [Instance] = []
  /// Every address of a `virtual_ipaddress` or `virtual_ipaddress_excluded` block, in order.
  public var addresses: [KeepalivedAddresses.Entry] = []
  /// Whether it shows its state on the system bus (`enable_dbus`).
  public var isOnBus = false
  /// What could not be taken in.
  public var problems: [Problem] = []

  /// Makes a configuration that says nothing.
  public init() {}

  /// Reads the file and those that it includes; nil when there is none.
  ///
  /// - Throws: ``FileError`` of the file itself; those of included files are among ``problems``.
  public static func read(_ files: HostFiles) throws(FileError) -> KeepalivedConfiguration? {
    guard let content = try files.bytesIfPresent(path) else { return nil }
    var parser = KeepalivedParser(files: files)
    parser.read(content, from: path)
    return parser.finish()
  }

  /// The instances that move an address.
  public func instances(moving address: IPAddress) -> [Instance] {
    instances.filter { $0.addresses.contains(address) }
  }
}
