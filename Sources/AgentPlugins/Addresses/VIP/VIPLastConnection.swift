import Synchronization

/// What came of the last connection to the address, for looks that ask nobody anew.
final class VIPLastConnection: Sendable {
  private let last = Mutex<VIPLook.Connection?>(nil)

  var value: VIPLook.Connection? { last.withLock(\.self) }

  /// Keeps what came of a new one.
  func keep(_ connection: VIPLook.Connection?) -> VIPLook.Connection? {
    last.withLock { $0 = connection }
    return connection
  }
}
