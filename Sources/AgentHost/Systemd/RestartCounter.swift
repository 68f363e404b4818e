/// Counts the starts of one unit after its first.
///
/// A start shows as a new InvocationID, in a signal or in a read; one that systemd makes itself also in its own count
/// (NRestarts, back at 0 after a start by hand). The two never come at the same moment, and signals may be missed while
/// there is no bus: the larger of both sums counts, which is never more than there were.
struct RestartCounter: Sendable, Equatable {
  /// So many invocations are told from new ones: an answer may be older than the signals that overtook it.
  private static let mostRecent = 32

  /// Starts that systemd made itself.
  private(set) var automatic: UInt64 = 0
  private var automaticBefore: UInt64 = 0
  private var invocations: UInt64 = 0
  private var recent: [String] = []
  private var lastAutomatic: UInt64?

  /// All starts after the first.
  var restarts: UInt64 { automaticBefore + max(invocations, automatic - automaticBefore) }

  /// A signal told of an invocation.
  mutating func signalled(_ invocation: String) {
    guard lastAutomatic != nil, !recent.contains(invocation) else { return }
    if !recent.isEmpty { invocations += 1 }
    recent.append(invocation)
    if recent.count > Self.mostRecent { recent.removeFirst() }
  }

  /// The unit was read; the first read counts the automatic restarts so far.
  mutating func read(_ status: UnitStatus) {
    let now = status.service?.restarts ?? 0
    if let before = lastAutomatic {
      automatic += now >= before ? now - before : now
    } else {
      (automatic, automaticBefore) = (now, now)
    }
    lastAutomatic = now
    if let invocation = status.invocation { signalled(invocation) }
  }
}
