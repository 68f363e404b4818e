import AgentCore
import AgentHost
import AgentText

/// What the link says of one address in use.
struct ServiceClaim: Sendable, Equatable {
  var address: IPAddress
  /// Who answered for it, and this host's tables at that moment.
  var sight: ClaimSight
  /// What was heard unasked until now.
  var heard = HeardClaims()

  /// The hardware addresses that answered; nil when nothing was asked.
  var claimants: [ProbeAnswers.Claimant]? {
    if case .answered(let answers) = sight.outcome { answers.claimants } else { nil }
  }

  /// Where this host held it when the others had answered.
  var holding: ServiceNetwork.Holding? {
    guard case .success(let table) = sight.table else { return nil }
    return ServiceNetwork.Holding(of: address, in: table)
  }

  /// Who announced it after the others had answered.
  var announced: HardwareAddress? {
    guard let told = heard.announcement, told != sight.heard.announcement else { return nil }
    return told.hardwareAddress
  }

  /// Whether this host was seen to answer for the address a short time ago, and nobody announced it since.
  func isAnnouncedHere(at time: HostTime) -> Bool { heard.isClaimedHere(at: time) }
}
