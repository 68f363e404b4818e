package import AgentText

/// Where a probe connects to. A name is no target: names are resolved elsewhere.
package enum ProbeTarget: Sendable, Hashable, CustomStringConvertible {
  /// An address and a TCP port, in the network namespace of the agent.
  case tcp(IPAddress, PortNumber)
  /// A unix socket, by its absolute path below the host's root.
  case unix(String)

  /// `192.0.2.1:10248`, `[2001:db8::1]:6443` or `unix:/run/crio/crio.sock`.
  package var description: String {
    switch self {
    case .tcp(let address, let port): Endpoint(host: .address(address), port: port).description
    case .unix(let path): "unix:\(path)"
    }
  }

  /// The `Host` field of a request (RFC 9110, section 7.2) where none is asked for.
  var host: String {
    switch self {
    case .tcp: description
    case .unix: "localhost"
    }
  }
}

extension ProbeTarget: SettingsScalar {
  /// Reads what ``description`` writes.
  package init(settingsScalar text: String) throws(SettingsScalarError) {
    let prefix = "unix:"
    if text.hasPrefix(prefix) {
      self = .unix(try AbsolutePath(settingsScalar: String(text.dropFirst(prefix.count))).description)
      return
    }
    let endpoint = try Endpoint(settingsScalar: text)
    guard let address = endpoint.host.address else {
      throw SettingsScalarError("'\(PlainText.short(text))' has a name", allowed: "ADDRESS:PORT or unix:/PATH")
    }
    self = .tcp(address, endpoint.port)
  }
}
