import NIOConcurrencyHelpers

/// A value that several threads read and change, one at a time.
///
/// Its lock is pthread's. `Synchronization.Mutex` waits inside the toolchain's library, which the thread sanitizer does
/// not see: every contended lock would be reported as a race, and leaving those reports out would hide real ones.
package struct Guarded<Value: Sendable>: Sendable {
  private let box: NIOLockedValueBox<Value>

  /// Copies share the value.
  package init(_ value: Value) { box = NIOLockedValueBox(value) }

  /// Gives the value to `body`, and to nobody else until `body` returns.
  ///
  /// - Parameter body: must not wait, and must not ask for the same value: the lock is not recursive.
  package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    try box.withLockedValue(body)
  }
}
