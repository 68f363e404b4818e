import AgentText
import NIOCore

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
