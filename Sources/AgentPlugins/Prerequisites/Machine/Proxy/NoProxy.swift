import AgentText

/// Which hosts are asked directly although a proxy is set: the value of `NO_PROXY` as programs written in Go read it
/// (golang.org/x/net/http/httpproxy, Config.NoProxy).
///
/// Items are separated by commas, white space around them and case do not count. `*` stands for every host. A network
/// in CIDR notation covers the addresses in it, an address itself, a name itself and what ends in `.name`; with a
/// leading dot or `*.`, only the latter. `:port` limits an address or a name, not a network. An IPv6 address stands in
/// brackets only before a port. `192.168.9.*` is no pattern. Names are compared as they are written and never resolved.
struct NoProxy: Sendable, Equatable {
  private struct Address: Sendable, Equatable {
    var address: IPAddress
    var port: String
  }

  private struct Name: Sendable, Equatable {
    /// With a leading dot.
    var suffix: String
    var includesItself: Bool
    var port: String
  }

  private(set) var isEverything = false
  private var networks: [IPNetwork] = []
  private var addresses: [Address] = []
  private var names: [Name] = []

  /// Reads the value of the variable.
  init(_ text: String) {
    for item in text.split(separator: ",") { add(item.withoutWhiteSpace.lowercased()) }
  }

  /// Whether a request to this host and port goes there directly. Loopback and `localhost` always do.
  func covers(_ host: NetworkHost, port: PortNumber) -> Bool {
    let text = host.description.lowercased()
    if isEverything || text == "localhost" { return true }
    if let address = host.address {
      if address.isLoopback || networks.contains(where: { $0.contains(address) }) { return true }
      if addresses.contains(where: { $0.address == address && Self.fits($0.port, port) }) { return true }
    }
    // Names are compared with the text of an address too.
    return names.contains { name in
      Self.fits(name.port, port)
        && (text.hasSuffix(name.suffix) || name.includesItself && text == name.suffix.dropFirst())
    }
  }

  /// Whether requests to every address of a network go there directly, by one item or by several together.
  func covers(_ network: IPNetwork) -> Bool {
    if isEverything { return true }
    let single = addresses.filter { $0.port.isEmpty }.compactMap {
      IPNetwork(containing: $0.address, prefixLength: $0.address.family.bits)
    }
    return Self.isCovered(network, by: networks + single)
  }

  private static func isCovered(_ network: IPNetwork, by networks: [IPNetwork]) -> Bool {
    if networks.contains(where: { $0.prefixLength <= network.prefixLength && $0.contains(network.address) }) {
      return true
    }
    let inside = networks.filter { network.contains($0.address) && $0.prefixLength > network.prefixLength }
    guard !inside.isEmpty, let halves = halves(network) else { return false }
    return isCovered(halves.0, by: inside) && isCovered(halves.1, by: inside)
  }

  private static func halves(_ network: IPNetwork) -> (IPNetwork, IPNetwork)? {
    let length = network.prefixLength + 1
    let bit = UInt128(1) << UInt128(max(0, network.address.family.bits - length))
    let upper =
      network.address.bytes.count == 4
      ? IPAddress(v4: UInt32(truncatingIfNeeded: network.address.number | bit))
      : IPAddress(v6: network.address.number | bit)
    guard let low = IPNetwork(containing: network.address, prefixLength: length),
      let high = IPNetwork(containing: upper, prefixLength: length)
    else { return nil }
    return (low, high)
  }
}

// MARK: - Reading

extension NoProxy {
  private mutating func add(_ item: String) {
    guard !item.isEmpty else { return }
    if item == "*" { isEverything = true }
    if let network = Self.network(item) { return networks.append(network) }
    let (host, port) = Self.split(item)
    guard !host.isEmpty else { return }
    if let address = try? IPAddress(settingsScalar: host) {
      return addresses.append(Address(address: address, port: port))
    }
    let name = host.hasPrefix("*.") ? String(host.dropFirst()) : host
    let isSuffix = name.hasPrefix(".")
    names.append(Name(suffix: isSuffix ? name : "." + name, includesItself: !isSuffix, port: port))
  }

  /// As Go's net.ParseCIDR: the address may have host bits.
  private static func network(_ text: String) -> IPNetwork? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(parts[1]),
      let address = try? IPAddress(settingsScalar: String(parts[0]))
    else { return nil }
    return IPNetwork(containing: address, prefixLength: length)
  }

  /// As Go's net.SplitHostPort; what it refuses is a host without a port.
  private static func split(_ item: String) -> (host: String, port: String) {
    guard let colon = item.lastIndex(of: ":") else { return (item, "") }
    let port = String(item[item.index(after: colon)...])
    guard item.hasPrefix("[") else {
      return item[..<colon].contains(":") || port.contains(where: { "[]".contains($0) })
        || item[..<colon].contains(where: { "[]".contains($0) }) ? (item, "") : (String(item[..<colon]), port)
    }
    guard let close = item.firstIndex(of: "]"), item.index(after: close) == colon else { return (item, "") }
    let host = item[item.index(after: item.startIndex)..<close]
    return host.contains("[") || port.contains(where: { "[]".contains($0) }) ? (item, "") : (String(host), port)
  }

  private static func fits(_ wanted: String, _ port: PortNumber) -> Bool {
    wanted.isEmpty || wanted == port.description
  }
}
