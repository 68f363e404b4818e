import AgentHost
import AgentText

/// What moves addresses on this host, of which one may be that of the API servers.
struct EndpointMovers {
  private static let haproxy = "/etc/haproxy/haproxy.cfg"
  private static let port = 6443

  /// What kube-vip's manifest announces of the API servers.
  let kubeVIP: [ControlPlaneEndpoint]
  private let keepalived: KeepalivedConfiguration?
  /// Why Keepalived's configuration could not be read.
  let error: FileError?

  init(_ files: HostFiles) {
    let manifest = (try? KubeVIPManifest.find(files)) ?? nil
    let source = manifest.map { "\($0.path):\($0.address?.line ?? 1)" } ?? ""
    kubeVIP =
      manifest?.movesControlPlane == true
      ? (manifest?.endpoints ?? []).map { ControlPlaneEndpoint(endpoint: $0, source: source) } : []
    do throws(FileError) {
      keepalived = try KeepalivedConfiguration.read(files, judgesScripts: false)
      error = nil
    } catch {
      keepalived = nil
      self.error = error
    }
  }

  /// The addresses of each instance of Keepalived that may be shared ones.
  private var moved: [[IPAddress]] {
    (keepalived?.instances ?? []).map { instance in instance.addresses.filter { !$0.isLinkLocal } }
      .filter { !$0.isEmpty }
  }

  /// The first of each.
  var candidates: [IPAddress] { moved.compactMap(\.first) }

  /// The endpoint that a kubeconfig names, with the mover as its source where one moves it.
  ///
  /// A name that /etc/hosts does not know may stand for what is moved here.
  func decide(by named: ControlPlaneEndpoint, _ files: HostFiles) throws(FileError) -> ControlPlaneEndpoint? {
    if let address = named.endpoint.host.address { return moving([address], named) ?? named }
    guard case .name(let name) = named.endpoint.host else { return named }
    let hosts = try files.bytesIfPresent(HostsFile.path) ?? []
    let known = HostsFile.entries(of: "\(name)", in: hosts).map(\.address)
    guard known.isEmpty else { return moving(known, named) ?? named }
    return try alone(files) ?? named
  }

  private func moving(_ addresses: [IPAddress], _ named: ControlPlaneEndpoint) -> ControlPlaneEndpoint? {
    if let found = kubeVIP.first(where: { $0.endpoint.host.address.map(addresses.contains) == true }) { return found }
    guard let entry = keepalived?.addresses.first(where: { addresses.contains($0.address) }) else { return nil }
    let endpoint = Endpoint(host: .address(entry.address), port: named.endpoint.port)
    return ControlPlaneEndpoint(endpoint: endpoint, source: entry.source)
  }

  /// The endpoint where no kubeconfig says it, as on a balancer: of several instances the one whose address IPVS or HAProxy
  /// serves.
  func alone(_ files: HostFiles) throws(FileError) -> ControlPlaneEndpoint? {
    if let first = kubeVIP.first { return first }
    if let error { throw error }
    guard let keepalived, let port = try? PortNumber(settingsScalar: "\(Self.port)") else { return nil }
    let moved = moved
    var candidates = candidates
    if moved.count > 1 {
      let served = keepalived.virtualServers.union(try served(files, of: Set(moved.flatMap(\.self))))
      // One address of each family is one shared address.
      if Set(candidates.map(\.family)).count < candidates.count || !served.isEmpty {
        candidates = moved.compactMap { $0.first(where: served.contains) }
      }
    }
    guard let first = candidates.first, let entry = keepalived.addresses.first(where: { $0.address == first }) else {
      return nil
    }
    return ControlPlaneEndpoint(endpoint: Endpoint(host: .address(first), port: port), source: entry.source)
  }

  /// Those of some addresses that HAProxy binds with the port of the API servers; all where it binds every address.
  private func served(_ files: HostFiles, of addresses: Set<IPAddress>) throws(FileError) -> Set<IPAddress> {
    let text = try files.bytesIfPresent(Self.haproxy).map { String(decoding: $0, as: UTF8.self) } ?? ""
    var served: Set<IPAddress> = []
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
      guard words.count > 1, words[0] == "bind" else { continue }
      for place in words[1].split(separator: ",") where place.hasSuffix(":\(Self.port)") {
        let host = place.dropLast("\(Self.port)".count + 1).drop { $0 == "[" }.prefix { $0 != "]" }
          .trimmingPrefix("ipv4@").trimmingPrefix("ipv6@")
        if ["", "*", "0.0.0.0", "::"].contains(host) { return addresses }
        if let address = try? IPAddress(settingsScalar: String(host)) { served.insert(address) }
      }
    }
    return served
  }
}

extension IPAddress {
  /// 169.254.0.0/16 or fe80::/10, which every link has for itself.
  fileprivate var isLinkLocal: Bool { family == .v4 ? number >> 16 == 0xA9FE : number >> 118 == 0xFE80 >> 6 }
}
