import AgentCore
import AgentHost
import Synchronization

/// Asks links who has an address, as seldom as is enough.
final class ClaimQuestions: Sendable {
  /// What is known of one address.
  struct Answer: Sendable, Equatable {
    var address: IPAddress
    var outcome: ProbeOutcome
    /// What was heard unasked.
    var heard: HeardClaims
    /// Whether the link was asked just now.
    var isNew: Bool
  }

  private let network: HostNetwork
  private let memory: Mutex<ClaimMemory>

  /// - Parameter interval: the time between two looks by the timer.
  init(_ network: HostNetwork, interval: Duration) {
    self.network = network
    memory = Mutex(ClaimMemory(interval: interval))
  }

  /// Asks for an address, or gives the answer that still stands; ``settle(_:_:)`` is to follow.
  func answer(for address: IPAddress, at time: HostTime) async -> Answer {
    let heard = await network.heard(address)
    let events = await network.counters().addressEvents.filter { $0.key.address == address }.values.reduce(0, +)
    let signs = ClaimMemory.Signs(announcement: heard.announcement, events: events)
    if let outcome = memory.withLock({ $0.answer(for: address, signs: signs, at: time) }) {
      return Answer(address: address, outcome: outcome, heard: heard, isNew: false)
    }
    let outcome = await network.claimants(of: address)
    memory.withLock { $0.keep(outcome, for: address, signs: signs, at: time) }
    return Answer(address: address, outcome: outcome, heard: await network.heard(address), isNew: true)
  }

  /// Says what came of an answer: one that a finding rests on is asked for again at the next trigger.
  func settle(_ address: IPAddress, _ state: CheckState) {
    memory.withLock { $0.settle(address, isFinding: state == .failing || state == .warning) }
  }
}
