import AgentHost
import NIOCore

/// Why the server cannot serve.
enum HTTPServerError: Error, Sendable, Hashable, CustomStringConvertible {
  /// An address could not be listened on.
  case cannotListen(ListenAddress, reason: String)

  /// An address and the error that listening on it gave.
  static func cannotListen(_ address: ListenAddress, _ error: any Error) -> HTTPServerError {
    guard let error = error as? IOError else { return .cannotListen(address, reason: "\(error)") }
    let words = SystemCallError("bind", code: error.errnoCode).description.dropFirst("bind: ".count)
    return .cannotListen(address, reason: words.prefix(1).lowercased() + words.dropFirst())
  }

  /// The error in one line.
  var description: String {
    switch self {
    case .cannotListen(let address, let reason):
      "cannot listen on \(address): \(reason); name an address of this host and a free port with --listen HOST:PORT or "
        + "'listen' in the configuration (who has a port: ss -ltnp 'sport = :\(address.port)')"
    }
  }
}
