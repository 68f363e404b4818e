import AgentCore
import AgentHost
import Synchronization

/// The last answers, so that a look that something else caused does not load the link.
///
/// Only answers that no finding rests on are kept: one host answers, or none does on a host that may announce itself.
final class ClaimMemory: Sendable {
  /// How long an answer stands in for a question: under one interval for those who ask at each, under two for those who
  /// ask at every second one (control-plane and load-balancer nodes every 30 s, the others every 60 s).
  static func lifetime(roles: Set<Role>) -> Duration {
    roles.isDisjoint(with: [.controlPlane, .loadBalancer]) ? .seconds(45) : .seconds(20)
  }

  private struct Entry {
    var outcome: ProbeOutcome
    var time: HostTime
  }

  private let lifetime: Duration
  private let entries = Mutex<[IPAddress: Entry]>([:])

  init(lifetime: Duration) { self.lifetime = lifetime }

  /// The answer that still stands; nil when the link is to be asked: also after another host announced the address.
  func outcome(for address: IPAddress, heard: HeardClaims, at time: HostTime) -> ProbeOutcome? {
    guard let entry = entries.withLock({ $0[address] }), time.elapsed(since: entry.time) < lifetime else { return nil }
    if let announcement = heard.announcement, announcement.time.elapsed(since: entry.time) >= .zero { return nil }
    return entry.outcome
  }

  /// Keeps an answer, or forgets the former one.
  ///
  /// - Parameter mayAnnounce: whether this host may answer for the address itself, which it would not hear.
  func keep(_ claim: ServiceClaim, mayAnnounce: Bool, at time: HostTime) {
    let isSettled =
      switch claim.claimants?.count {
      case 1: true
      case 0: mayAnnounce
      default: false
      }
    entries.withLock { $0[claim.address] = isSettled ? Entry(outcome: claim.outcome, time: time) : nil }
  }
}
