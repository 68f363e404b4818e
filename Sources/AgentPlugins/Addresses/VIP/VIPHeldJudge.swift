import AgentCore
import AgentHost

/// Whether this host holds the address: a fact, never a fault.
struct VIPHeldJudge {
  let look: VIPLook

  var verdict: Verdict {
    if case .failure(let error) = look.table { return Verdict("vip.held", .unknown, "\(error)") }
    guard let holding = look.holdings.first else {
      return Verdict("vip.held", .ok, "this host does not hold \(look.address)")
    }
    let since = look.moves.held.map { ", for \($0.spoken) or longer" } ?? ""
    return Verdict(
      "vip.held", .ok, "this host holds \(look.address) on \(holding.interface)",
      evidence: look.holdings.map {
        Evidence("rtnetlink \($0.interface)", "\($0.address)/\($0.prefixLength)\(since)")
      })
  }
}
