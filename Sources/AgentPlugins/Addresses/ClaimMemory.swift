import AgentCore
import AgentHost
import AgentText

/// The last answers for addresses, and whether the link is to be asked again.
///
/// Every change of an interface or an address of a node is a trigger, and on a busy node pods bring several a second. A
/// look that one of them caused sends no question, unless it has a reason of its own.
struct ClaimMemory: Sendable {
  /// What tells that an address may have another holder now.
  struct Signs: Sendable, Equatable {
    /// The last announcement of another host.
    var announcement: HeardClaims.Announcement?
    /// How often the address came to this host and went.
    var events = 0
  }

  private struct Entry {
    var outcome: ProbeOutcome
    /// As they were before the question, so that what came meanwhile is news.
    var signs: Signs
    var time: HostTime
    var isSettled = true
    /// Whether a finding rested on the answer, or on the one before until it is known.
    var wasFinding = false
    var routine: QuestionAllowance
    var urgent: QuestionAllowance
  }

  private let interval: Duration
  private var entries: [IPAddress: Entry] = [:]

  /// - Parameter interval: the time between two looks by the timer.
  init(interval: Duration) { self.interval = interval }

  /// The answer that still stands; nil when the link is to be asked now.
  ///
  /// What is news, and what a finding rests on, is asked at once. Everything else is asked as often as by the timer
  /// alone, and never before half the interval is over, which is when the timer comes at the earliest.
  mutating func answer(for address: IPAddress, signs: Signs, at time: HostTime) -> ProbeOutcome? {
    // Where nothing was asked, asking again costs nothing.
    guard var entry = entries[address], case .answered = entry.outcome else { return nil }
    defer { entries[address] = entry }
    if !entry.isSettled || entry.signs != signs { return entry.urgent.take(at: time) ? nil : entry.outcome }
    guard time.elapsed(since: entry.time) >= interval / 2, entry.routine.take(at: time) else { return entry.outcome }
    return nil
  }

  /// Keeps an answer, of which it is not known yet whether a finding rests on it.
  mutating func keep(_ outcome: ProbeOutcome, for address: IPAddress, signs: Signs, at time: HostTime) {
    let before = entries[address]
    var entry = Entry(
      outcome: outcome, signs: signs, time: time,
      // A little less than the interval: the timer itself never has to wait for its turn.
      routine: before?.routine ?? QuestionAllowance(period: interval * 0.95, reserve: 3),
      urgent: before?.urgent ?? QuestionAllowance(period: .seconds(3), reserve: 10))
    entry.wasFinding = before?.wasFinding ?? false
    if before == nil { _ = entry.routine.take(at: time) }
    entries[address] = entry
  }

  /// Says whether a finding rests on the last answer. The end of one is asked for twice as well.
  mutating func settle(_ address: IPAddress, isFinding: Bool) {
    guard let wasFinding = entries[address]?.wasFinding else { return }
    entries[address]?.isSettled = !isFinding && !wasFinding
    entries[address]?.wasFinding = isFinding
  }
}
