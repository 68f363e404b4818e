import AgentKnowledge
import NIOCore

/// An address and a port to listen on.
struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
  /// What of the host's addresses is listened on.
  enum Host: Sendable, Hashable {
    /// All addresses of both families, or of IPv4 where the kernel has no IPv6.
    case all
    /// One IPv4 address, or `0.0.0.0` for all of that family.
    case ipv4(String)
    /// One IPv6 address, or `::` for all addresses of both families, as Go listens.
    case ipv6(String)
  }

  /// The addresses.
  let host: Host
  /// The port; with 0 the kernel chooses one.
  let port: UInt16

  /// Makes an address of its parts.
  init(_ host: Host, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Reads `192.0.2.1:19100`, `[2001:db8::1]:19100` or, for all addresses, `:19100`.
  ///
  /// Names are not looked up: the agent has to answer when the resolver does not.
  init(parsing text: String) throws(ListenAddressError) {
    guard let colon = text.lastIndex(of: ":"), text.last != "]" else { throw .noPort(text) }
    let digits = text[text.index(after: colon)...]
    guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let port = UInt16(digits)
    else { throw .badPort(text, port: String(digits)) }
    self.init(try Self.host(in: text, String(text[..<colon])), port: port)
  }

  /// Takes the address to which a socket is bound; `nil` for what is not an IP socket.
  init?(_ address: SocketAddress) {
    guard let text = address.ipAddress, let port = address.port.flatMap(UInt16.init(exactly:)) else { return nil }
    self.init(address.protocol == .inet6 ? .ipv6(text) : .ipv4(text), port: port)
  }

  /// The address as it is written in the configuration.
  var description: String {
    switch host {
    case .all: ":\(port)"
    case .ipv4(let address): "\(address):\(port)"
    case .ipv6(let address): "[\(address)]:\(port)"
    }
  }

  private static func host(in text: String, _ host: String) throws(ListenAddressError) -> Host {
    if host.isEmpty { return .all }
    let isBracketed = host.first == "[" && host.last == "]"
    let inner = isBracketed ? String(host.dropFirst().dropLast()) : host
    if inner == "localhost" { throw .localhost(text) }
    // inet_pton(3) reads up to a NUL.
    guard !inner.utf8.contains(0), let address = try? SocketAddress(ipAddress: inner, port: 0),
      let canonical = address.ipAddress
    else { throw .notAnAddress(text, host: host) }
    switch (address.protocol == .inet6, isBracketed) {
    case (true, true): return .ipv6(canonical)
    case (false, false): return .ipv4(canonical)
    case (true, false): throw .noBrackets(text)
    case (false, true): throw .notAnAddress(text, host: host)
    }
  }
}

/// Why a text is not an address to listen on, and what would be.
enum ListenAddressError: Error, Sendable, Hashable, CustomStringConvertible {
  /// There is no port.
  case noPort(String)
  /// The port is no number up to 65535.
  case badPort(String, port: String)
  /// The host is `localhost`.
  case localhost(String)
  /// The host is no IP address.
  case notAnAddress(String, host: String)
  /// An IPv6 address stands without brackets.
  case noBrackets(String)

  /// What is wrong and what is allowed, in one line.
  var description: String {
    switch self {
    case .noPort(let text): "'\(text)' has no port; \(Self.allowed)"
    case .badPort(let text, let port): "'\(text)': '\(port)' is not a port; a port is a number from 0 to 65535"
    case .localhost(let text): "'\(text)': names are not looked up; write 127.0.0.1 or [::1] for localhost"
    case .notAnAddress(let text, let host): "'\(text)': '\(host)' is not an IP address; \(Self.allowed)"
    case .noBrackets(let text): "'\(text)': an IPv6 address stands in brackets; \(Self.allowed)"
    }
  }

  private static let allowed =
    "write ADDRESS:PORT, such as 0.0.0.0:19100, [::]:19100 or :19100; names are not looked up"
}
