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
    /// `unicast_src_ip` or `mcast_src_ip`: where it sends from and, with peers, listens.
    package var sourceAddress: IPAddress?
    /// `nopreempt`, where Keepalived keeps it: not with `state MASTER` or priority 255.
    package var isPatient = false
    /// Whether Keepalived drops what is sent to its addresses: `vrrp_strict`, `strict_mode` or `no_accept`.
    package var dropsRequests = false
    /// What changes its priority or stops it when a service is dead, as far as Keepalived keeps it: `track_script`,
    /// `track_process`, `track_file` and `track_bfd`, of its own or of its sync group.
    package var trackers: [Tracker] = []
    /// Whether it names any, kept or not.
    package var namesTrackers = false

    /// Whether anything is kept that watches a service.
    package var isTracking: Bool { !trackers.isEmpty }
  }

  /// What watches a service for an instance.
  package struct Tracker: Sendable, Equatable {
    /// Its name.
    package var name: String
    /// By how much the priority changes; 0 puts the instance into FAULT. Nil when it is left to Keepalived's default.
    package var weight: Int?
  }

  /// Something that Keepalived ignores, replaces or refuses, in its words and with what follows.
  package struct Flaw: Sendable, Equatable {
    /// What it is.
    package var text: String
    /// `FILE:LINE`.
    package var source: String
    /// Whether the instance, or all of Keepalived, does not work with it.
    package var isFatal = false
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
  /// What Keepalived takes otherwise than it is written.
  package var flaws: [Flaw] = []
  /// The addresses of `virtual_server`, which IPVS serves and whose servers Keepalived checks.
  package var virtualServers: Set<IPAddress> = []
  /// Whether IPVS serves by marks of the firewall (`virtual_server fwmark`), so that any address may be meant.
  package var servesMarks = false

  /// Makes a configuration that says nothing.
  package init() {}

  /// Reads the file and those that it includes; nil when there is none.
  ///
  /// Its order, scopes and defaults are those of Keepalived 2.2.7, tried with `keepalived --config-test`; where older
  /// versions differ, the comment says so.
  ///
  /// - Throws: ``FileError`` of the file itself; those of included files are among ``problems``.
  /// - Parameter judgesScripts: whether users and programs of scripts are looked for.
  package static func read(
    _ files: HostFiles, judgesScripts: Bool = true
  ) throws(FileError) -> KeepalivedConfiguration? {
    let path = KeepalivedSurroundings(files: files).configuration ?? path
    guard let content = try files.bytesIfPresent(path) else { return nil }
    var parser = KeepalivedParser(files: files)
    parser.read(content, from: path)
    return parser.finish(judgesScripts: judgesScripts)
  }

  /// The instances that move an address.
  package func instances(moving address: IPAddress) -> [Instance] {
    instances.filter { $0.addresses.contains(address) }
  }
}
