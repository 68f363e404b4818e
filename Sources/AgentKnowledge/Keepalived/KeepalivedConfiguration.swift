package import AgentHost
package import AgentText

/// What Keepalived's configuration says of the addresses that it moves from host to host (keepalived.conf(5)).
///
/// Passwords (`auth_pass`) and scripts are not kept.
package struct KeepalivedConfiguration: Sendable, Equatable {
  /// A `vrrp_instance`.
  package struct Instance: Sendable, Equatable {
    /// Its name.
    package var name: String
    /// `FILE:LINE`.
    package var source: String
    /// `interface`: where it sends its advertisements; nil when it names none.
    package var interface: String?
    /// `virtual_router_id`.
    package var routerID: Int?
    /// `priority`; nil when it names none.
    package var priority: Int?
    /// `state`: MASTER or BACKUP at the start; nil when it names none.
    package var state: String?
    /// `unicast_peer`: the other hosts; empty for multicast.
    package var peers: [IPAddress] = []
    /// The addresses of `virtual_ipaddress` and `virtual_ipaddress_excluded`.
    package var addresses: [IPAddress] = []
    /// Whether something lowers its priority or stops it when a service is dead: `track_script`, `track_process`,
    /// `track_file` or `track_bfd`, of its own or of its sync group.
    package var isTracking = false
  }

  /// A part of the configuration that tells nothing.
  package enum Problem: Sendable, Equatable {
    /// An included file could not be read.
    case unreadable(FileError)
    /// The agent does not evaluate it; what, and at which `FILE:LINE`.
    case notEvaluated(String, source: String)
    /// Keepalived will not take it as it is meant; what, and at which `FILE:LINE`.
    case wrong(String, source: String)
  }

  /// The configuration file that is read unless Keepalived is told another one.
  package static let path = "/etc/keepalived/keepalived.conf"

  /// Its instances, in order.
  package var instances: [Instance] = []
  /// Every address of a `virtual_ipaddress` or `virtual_ipaddress_excluded` block, in order.
  package var addresses: [KeepalivedAddresses.Entry] = []
  /// Whether it shows its state on the system bus (`enable_dbus`).
  package var isOnBus = false
  /// What could not be taken in.
  package var problems: [Problem] = []

  /// Makes a configuration that says nothing.
  package init() {}

  /// Reads the file and those that it includes; nil when there is none.
  ///
  /// - Throws: ``FileError`` of the file itself; those of included files are among ``problems``.
  package static func read(_ files: HostFiles) throws(FileError) -> KeepalivedConfiguration? {
    guard let content = try files.bytesIfPresent(path) else { return nil }
    var parser = KeepalivedParser(files: files)
    parser.read(content, from: path)
    return parser.finish()
  }

  /// The instances that move an address.
  package func instances(moving address: IPAddress) -> [Instance] {
    instances.filter { $0.addresses.contains(address) }
  }
}
