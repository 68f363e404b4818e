/// The base URL of an HTTP service (RFC 3986): scheme, host, port and path, never user information.
///
/// No message repeats the text: whoever writes a password into a URL shall not meet it again in a log.
package struct HTTPURL: Sendable, Hashable, CustomStringConvertible {
  /// How the service is spoken to.
  package enum Scheme: String, Sendable, Hashable, CaseIterable {
    /// Without encryption.
    case http
    /// With TLS.
    case https

    /// The port that the scheme implies.
    package var port: PortNumber { self == .http ? .http : .https }
  }

  /// How the service is spoken to.
  package let scheme: Scheme
  /// Host and port; the scheme's port when none was written.
  package let endpoint: Endpoint
  /// The path without a slash at its end: empty for the top.
  package let path: String

  /// The URL, without the port that the scheme implies.
  package var description: String {
    let authority = endpoint.port == scheme.port ? endpoint.host.bracketed : endpoint.description
    return "\(scheme.rawValue)://\(authority)\(path)"
  }
}

extension HTTPURL: SettingsScalar {
  /// `http://HOST[:PORT][/PATH]` or the same with https.
  package init(settingsScalar text: String) throws(SettingsScalarError) {
    guard !text.utf8.contains(UInt8(ascii: "@")) else {
      throw SettingsScalarError(
        "holds user information, and a password has no place here",
        allowed: "a URL without it; the name belongs in 'user', the password in the file that 'passwordFile' names")
    }
    guard let (scheme, rest) = Self.split(text) else { throw Self.error("is not an http or https URL") }
    guard !rest.utf8.contains(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }) else {
      throw Self.error("has a query or a fragment")
    }
    let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
    guard let endpoint = Self.endpoint(rest[..<slash], scheme) else { throw Self.error("has no valid host and port") }
    guard let path = Self.path(rest[slash...]) else { throw Self.error("has a path with a character that URLs escape") }
    self.init(scheme: scheme, endpoint: endpoint, path: path)
  }

  private static func error(_ wrong: String) -> SettingsScalarError {
    SettingsScalarError(wrong, allowed: "http://HOST:PORT or https://HOST:PORT")
  }

  private static func split(_ text: String) -> (Scheme, Substring)? {
    for scheme in Scheme.allCases {
      let start = "\(scheme.rawValue)://"
      if text.prefix(start.count).lowercased() == start { return (scheme, text.dropFirst(start.count)) }
    }
    return nil
  }

  private static func endpoint(_ authority: Substring, _ scheme: Scheme) -> Endpoint? {
    if let host = try? NetworkHost(bracketed: String(authority)) { return Endpoint(host: host, port: scheme.port) }
    return try? Endpoint(settingsScalar: String(authority))
  }

  private static func path(_ text: Substring) -> String? {
    let punctuation = "/-._~%!$&'()*+,;=:".utf8
    let isPlain = text.utf8.allSatisfy { $0.isDecimalDigit || $0.isLetter || punctuation.contains($0) }
    return isPlain ? String(text.hasSuffix("/") ? text.dropLast() : text) : nil
  }
}

extension UInt8 {
  fileprivate var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}
