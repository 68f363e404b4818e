/// Counts the starts of one unit after its first.
///
/// A start shows as a new InvocationID, in a signal or in a read. Several may fall between two signals; systemd's own count
/// of automatic restarts (NRestarts, back at 0 after a start by hand) then tells how many.
struct RestartCounter: Sendable, Equatable {
  /// All starts after the first.
  private(set) var restarts: UInt64 = 0
  /// Those that systemd made itself.
  private(set) var automatic: UInt64 = 0
  private var invocation: String?
  private var signals: UInt64 = 0
  private var lastAutomatic: UInt64?

  /// A signal told of an invocation.
  mutating func signalled(_ invocation: String) {
    guard lastAutomatic != nil, invocation != self.invocation else { return }
    if self.invocation != nil { signals += 1 }
    self.invocation = invocation
  }

  /// The unit was read; the first read counts the automatic restarts so far.
  mutating func read(_ status: UnitStatus) {
    let now = status.service?.restarts ?? 0
    guard let before = lastAutomatic else {
      (restarts, automatic, lastAutomatic) = (now, now, now)
      invocation = status.invocation
      return
    }
    if let invocation = status.invocation { signalled(invocation) }
    let made = now >= before ? now - before : now
    automatic += made
    restarts += max(signals, made)
    signals = 0
    lastAutomatic = now
  }
}
