import AgentHost
import AgentCore

/// Whether the address moves too often.
struct VIPFlappingJudge {
  /// So many moves in ten minutes are a warning, and so many a failure.
  static let (many, tooMany) = (3, 6)

  let look: VIPLook

  var verdict: Verdict {
    if case .failure(let error) = look.table { return say(.unknown, "\(error)") }
    let count = look.moves.count
    let times = count == 1 ? "once" : "\(count) times"
    let words = "\(look.address) moved \(times) in \(look.moves.watched.spoken)"
    if count >= Self.tooMany { return say(.failing, words) }
    if count >= Self.many { return say(.warning, words) }
    // A move between two other hosts is seen only by asking.
    switch look.sight.outcome {
    case .answered, .moving:
      return say(
        .ok, look.moves.watched > .zero ? words : "no move of \(look.address) was seen yet: this is the first look")
    case .behindGateway, .notApplicable:
      return say(.skipped, "moves of \(look.address) between other hosts are not seen from here")
    case .denied(let capability): return say(.unknown, "moves between other hosts are not seen without \(capability)")
    case .failed(let reason): return say(.unknown, reason)
    case .notRecorded: return say(.unknown, "the recording does not say who answers for \(look.address)")
    }
  }

  private func say(_ state: CheckState, _ summary: String) -> Verdict {
    Verdict("vip.flapping", subject: "\(look.address)", state, summary)
  }
}
