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
