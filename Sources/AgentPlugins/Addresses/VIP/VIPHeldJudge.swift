import AgentCore
import AgentHost

/// Whether this host holds the address: a fact, never a fault.
struct VIPHeldJudge {
  let look: VIPLook
  let takenAt: HostTime

  var verdict: Verdict {
    if case .failure(let error) = look.table { return Verdict("vip.held", .unknown, "\(error)") }
    guard let holding = look.holdings.first else {
      return Verdict("vip.held", .ok, "this host does not hold \(look.address)")
    }
    return Verdict(
      "vip.held", .ok, "this host holds \(look.address) on \(holding.interface)",
      evidence: look.holdings.map {
        Evidence("rtnetlink \($0.interface)", "\($0.address)/\($0.prefixLength)\(age(of: $0))")
      })
  }

  private func age(of holding: InterfaceAddress) -> String {
    guard let created = holding.created else { return "" }
    return ", for \(max(.nanoseconds(takenAt.bootNanoseconds) - created, .zero).spoken)"
  }
}
