package import AgentText
import NIOCore

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

/// A target as the kernel takes it, with what must stay open until the connection stands.
struct ProbeAddress: Sendable {
  let socket: SocketAddress
  /// The file of a unix socket.
  private let file: SocketFile?

  /// Opens a target's file on the worker thread, as all files are.
  ///
  /// - Throws: ``FileError``, or NIO's error for an address that it cannot express.
  init(of target: ProbeTarget, files: HostFiles, worker: Worker) async throws {
    switch target {
    case .tcp(let address, let port):
      socket = try SocketAddress(ipAddress: address.description, port: Int(port.number))
      file = nil
    case .unix(let path):
      let file = try await worker.run { try files.socket(path) }
      socket = try SocketAddress(unixDomainSocketPath: file.address)
      self.file = file
    }
  }

  /// Uses the address while its file is open.
  func use<T>(_ body: (SocketAddress) async -> T) async -> T {
    defer { withExtendedLifetime(file) {} }
    return await body(socket)
  }
}
