import AgentCore
import AgentHost

/// What the link says of one address in use.
struct ServiceClaim: Sendable, Equatable {
  var address: IPAddress
  /// What the question for it gave.
  var outcome: ProbeOutcome
  /// What was heard unasked.
  var heard = HeardClaims()
  /// Whether it was asked in this look; else the answer is that of an earlier one.
  var isFresh = true

  /// The hardware addresses that answered; nil when nothing was asked.
  var claimants: [ProbeAnswers.Claimant]? {
    if case .answered(let answers) = outcome { answers.claimants } else { nil }
  }

  /// Whether this host was seen to answer for the address a short time ago, and nobody announced it since.
  func isAnnouncedHere(at time: HostTime) -> Bool { heard.isClaimedHere(at: time) }
}
