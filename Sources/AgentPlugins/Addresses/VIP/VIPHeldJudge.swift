import AgentCore
import AgentHost
import AgentKnowledge
import AgentText

/// Whether this host holds the address: a fact, never a fault.
struct VIPHeldJudge {
  let look: VIPLook
  let takenAt: HostTime

  var verdict: Verdict {
    if case .failure(let error) = look.table { return Verdict("vip.held", .unknown, "\(error)") }
    guard let holding = look.holdings.first else {
      if let silent = look.silentHoldings.first, let mode = look.setup.routing(of: look.address) {
        return Verdict(
          "vip.held", .ok,
          "\(look.address) is on \(silent.interface), as on every master: kube-vip uses \(mode.rawValue)")
      }
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

/// The verdicts where there is no shared address to look at.
struct VIPAbsence {
  let observation: VIPObservation

  var verdicts: [Verdict] {
    let (state, reason) = judgement
    return VIPChecks.all.map { Verdict($0.id, state, reason) }
  }

  private var judgement: (CheckState, String) {
    if observation.manager == .unmanaged {
      return (.skipped, "nothing moves the address of the API servers (cluster.controlPlane.manager is none)")
    }
    switch observation.endpoint {
    case .known(let found, let source):
      let name = PlainText.short("\(found.endpoint.host)")
      return (.skipped, "the API servers' shared address is the name \(name) (\(source)), which is not resolved")
    case .absent where !observation.undecided.isEmpty:
      let names = observation.undecided.prefix(4).map { "\($0)" }.joined(separator: ", ")
      return (
        .unknown,
        "which of Keepalived's addresses is the API servers' is not known (\(names)): cluster.controlPlane.endpoint says it"
      )
    case .absent:
      return (
        .skipped, "no shared address of the API servers is known (looked for \(ControlPlaneEndpoint.places))"
      )
    case .unreadable(let error): return (.unknown, "\(error)")
    }
  }
}

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
