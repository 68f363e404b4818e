package import AgentText

/// The host's own addresses, networks and default gateways, from the files below /proc/net: they are in a recorded host
/// too, and of the network namespace that the agent runs in.
package struct LocalAddresses: Sendable, Equatable {
  /// A network that the host reaches without a gateway.
  package struct Link: Sendable, Equatable {
    /// The network.
    package var network: IPNetwork
    /// The interface.
    package var interface: String
  }

  /// A default route.
  package struct Gateway: Sendable, Equatable {
    /// The next hop.
    package var address: IPAddress
    /// The interface.
    package var interface: String
  }

  /// The addresses, loopback left out, sorted.
  package var addresses: [IPAddress]
  /// The networks on its links; those of loopback and IPv6 link-local ones left out.
  package var links: [Link]
  /// The default gateways.
  package var gateways: [Gateway]
  /// The IPv4 networks that are reached through a gateway, and the interface that leads there.
  package var routed: [Link]

  private static let localTable = "/proc/net/fib_trie"
  private static let routes = "/proc/net/route"
  private static let addresses6 = "/proc/net/if_inet6"

  /// Reads the tables; IPv6 may be absent from a kernel, IPv4 may not.
  package init(reading files: HostFiles) throws(FileError) {
    let v6 = Self.entries6(
      String(decoding: try files.bytesIfPresent(Self.addresses6, limit: .kernel) ?? [], as: UTF8.self))
    addresses = Set(try Self.v4(files) + v6.map(\.address)).sorted()
    let routes = try files.text(Self.routes, limit: .kernel)
    let table = Self.routes4(routes)
    links =
      table.links
      + v6.compactMap { entry in
        IPNetwork(containing: entry.address, prefixLength: entry.prefixLength).map {
          Link(network: $0, interface: entry.interface)
        }
      }
    gateways = table.gateways
    routed = Self.routed4(routes)
  }

  /// Lines of /proc/net/route with a gateway and a destination of more than one address.
  static func routed4(_ table: String) -> [Link] {
    table.split(whereSeparator: \.isNewline).dropFirst().compactMap { line in
      let fields = line.split(whereSeparator: \.isWhitespace)
      guard fields.count > 7, let destination = number(fields[1]), let gateway = number(fields[2]), gateway != 0,
        let mask = number(fields[7]), mask != 0, mask != .max, fields[0] != "*"
      else { return nil }
      return IPNetwork(containing: IPAddress(v4: destination), prefixLength: mask.nonzeroBitCount).map {
        Link(network: $0, interface: String(fields[0]))
      }
    }
  }

  /// The host's own IPv4 addresses, loopback left out.
  package static func v4(_ files: HostFiles) throws(FileError) -> [IPAddress] {
    localAddresses(try files.text(localTable, limit: .kernel))
  }

  /// Leaves of /proc/net/fib_trie (`|-- 192.0.2.7`) that a `/32 host LOCAL` follows: what the kernel delivers to itself.
  ///
  /// Read as bytes: a host may have thousands of addresses, each of them with two leaves.
  static func localAddresses(_ table: String) -> [IPAddress] {
    var found: Set<IPAddress> = []
    var leaf: Substring?
    for line in table.utf8.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
      let words = line.split(separator: UInt8(ascii: " "))
      guard let first = words.first else { continue }
      if first.elementsEqual("|--".utf8), words.count > 1 {
        leaf = Substring(words[1])
      } else if let own = leaf, first.elementsEqual("/32".utf8),
        words.contains(where: { $0.elementsEqual("LOCAL".utf8) })
      {
        // Once a leaf: the table Main repeats what Local has.
        leaf = nil
        guard !own.hasPrefix("127."), let address = try? IPAddress(settingsScalar: String(own)) else { continue }
        found.insert(address)
      }
    }
    return found.sorted()
  }

  /// /proc/net/route: addresses and masks are hexadecimal in the machine's byte order, little-endian on every supported
  /// one (proc_net(5)). A route of type blackhole, unreachable, prohibit or throw leads to no interface, which is shown
  /// as `*`: Calico has a blackhole for every block of addresses that its node gives to pods.
  static func routes4(_ table: String) -> (links: [Link], gateways: [Gateway]) {
    var links: [Link] = []
    var gateways: [Gateway] = []
    for line in table.split(whereSeparator: \.isNewline).dropFirst() {
      let fields = line.split(whereSeparator: \.isWhitespace)
      guard fields.count > 7, let destination = number(fields[1]), let gateway = number(fields[2]),
        let mask = number(fields[7]), let flags = UInt32(fields[3], radix: 16), flags & 1 != 0, fields[0] != "*"
      else { continue }
      let interface = String(fields[0])
      if mask == 0, gateway != 0 {
        gateways.append(Gateway(address: IPAddress(v4: gateway), interface: interface))
      } else if gateway == 0, mask != 0,
        let network = IPNetwork(containing: IPAddress(v4: destination), prefixLength: mask.nonzeroBitCount)
      {
        links.append(Link(network: network, interface: interface))
      }
    }
    return (links, gateways)
  }

  /// The interface of the first default route, also of one that leads to the far end of a line without a gateway.
  package static func defaultInterface(_ files: HostFiles) throws(FileError) -> String? {
    defaultInterface(try files.text(routes, limit: .kernel))
  }

  /// The interface of the first line of /proc/net/route that leads everywhere; the kernel lists the preferred one first.
  static func defaultInterface(_ table: String) -> String? {
    for line in table.split(whereSeparator: \.isNewline).dropFirst() {
      let fields = line.split(whereSeparator: \.isWhitespace)
      guard fields.count > 7, fields[0] != "*", number(fields[1]) == 0, number(fields[7]) == 0,
        let flags = UInt32(fields[3], radix: 16), flags & 1 != 0
      else { continue }
      return String(fields[0])
    }
    return nil
  }

  /// /proc/net/if_inet6: address, index, prefix length, scope and flags in hexadecimal, and the interface. Link-local
  /// addresses (scope 20) and loopback (10) are left out.
  static func entries6(_ table: String) -> [(address: IPAddress, prefixLength: Int, interface: String)] {
    table.split(whereSeparator: \.isNewline).compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count == 6, let number = UInt128(fields[0], radix: 16), let length = Int(fields[2], radix: 16),
        fields[3] != "10", fields[3] != "20"
      else { return nil }
      return (IPAddress(v6: number), length, String(fields[5]))
    }
  }

  private static func number(_ text: Substring) -> UInt32? { UInt32(text, radix: 16).map(\.byteSwapped) }
}
