package import AgentHost
package import AgentText

/// One mounted file system of NFS, whatever the number of its mount points.
package struct NFSFileSystem: Sendable, Equatable {
  /// What carries the requests.
  package enum Transport: Sendable, Hashable {
    /// `proto=tcp`, also over IPv6.
    case tcp
    /// Another one, by its name: `udp`, `rdma`.
    case other(String)
  }

  /// One of its mount points.
  package struct Point: Sendable, Equatable {
    /// The number of the mount.
    package var mountID: Int
    /// Where.
    package var path: MountPath
    /// Whether it was mounted read-only.
    package var isReadOnly: Bool
    /// The pod's volume that it is; nil for a mount of the host's own.
    package var volume: PodVolume?
  }

  /// Its number.
  package var device: DeviceNumber
  /// The server as it was named when it was mounted, an IPv6 address without brackets.
  package var server: String
  /// The longest path that all its sources have in common.
  package var export: String
  /// `addr=`; nil where the kernel shows none, or no address.
  package var address: NFSAddress?
  /// `port=`, else 2049; `mountport=` is another service's.
  package var port: PortNumber
  /// `vers=`, as in 4.2.
  package var version: String
  /// `proto=`.
  package var transport: Transport
  /// Whether requests wait for the server for ever (`hard`).
  package var isHard: Bool
  /// Whether the whole file system is read-only here.
  package var isReadOnly: Bool
  /// Its mount points.
  package var points: [Point]
  /// The first mount point that its path leads to; nil where other mounts cover them all.
  package var place: MountPath?

  /// The major number of the version, as RPC knows it.
  package var majorVersion: UInt32 { version.split(separator: ".").first.flatMap { UInt32($0) } ?? 4 }

  /// The file systems of NFS in a table, by number.
  package static func all(in table: MountTable) -> [NFSFileSystem] {
    let mounts = table.mounts.filter(\.isNFS)
    return Dictionary(grouping: mounts, by: \.device).sorted { $0.key < $1.key }.compactMap { device, mounts in
      NFSFileSystem(device, mounts, in: table)
    }
  }

  private init?(_ device: DeviceNumber, _ mounts: [Mount], in table: MountTable) {
    guard let first = mounts.first else { return nil }
    self.device = device
    let sources = mounts.map { NFSMountSource($0.source.shownInFull) }
    server = sources.map(\.bareServer).min() ?? ""
    export = NFSMountSource.commonPath(of: sources.map(\.path))
    let options = first.superOptions
    address = options["addr"].flatMap { NFSAddress(text: $0) } ?? NFSAddress(text: server)
    port = options["port"].flatMap { UInt16($0) }.flatMap { PortNumber($0) } ?? .nfs
    let major = options["vers"] ?? options["nfsvers"] ?? (first.type == "nfs4" ? "4" : "3")
    version = options["minorversion"].map { major.contains(".") ? major : "\(major).\($0)" } ?? major
    let proto = options["proto"] ?? "tcp"
    transport = proto == "tcp" || proto == "tcp6" ? .tcp : .other(PlainText.short(proto))
    isHard = !options.has("soft") && !options.has("softerr")
    isReadOnly = options.has("ro")
    points = mounts.map {
      Point(
        mountID: $0.id, path: $0.point, isReadOnly: $0.options.has("ro"), volume: PodVolume(mountPoint: $0.point))
    }
    place = mounts.first { table.isReachable($0) }?.point
  }
}

/// What an NFS mount was made of: `SERVER:PATH`, an IPv6 address in brackets.
struct NFSMountSource: Hashable {
  var server: String
  var path: String

  init(_ text: String) {
    let separator = text.firstRange(of: ":/")?.lowerBound ?? text.lastIndex(of: ":") ?? text.endIndex
    server = String(text[..<separator])
    path = separator == text.endIndex ? "/" : String(text[text.index(after: separator)...])
    if path.isEmpty { path = "/" }
  }

  /// The server without brackets.
  var bareServer: String {
    server.hasPrefix("[") && server.hasSuffix("]") ? String(server.dropFirst().dropLast()) : server
  }

  /// The longest directory that all paths have in common: `/` at least.
  static func commonPath(of paths: [String]) -> String {
    guard let first = paths.first else { return "/" }
    var common = first.split(separator: "/")
    for path in paths.dropFirst() {
      let parts = path.split(separator: "/")
      common = zip(common, parts).prefix { $0 == $1 }.map(\.0)
    }
    return "/" + common.joined(separator: "/")
  }
}
