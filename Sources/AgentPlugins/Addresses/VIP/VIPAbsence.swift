import AgentHost
import AgentCore
import AgentKnowledge
import AgentText

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
    case .absent:
      return (
        .skipped, "no shared address of the API servers is known (looked for \(ControlPlaneEndpoint.places))"
      )
    case .unreadable(let error): return (.unknown, "\(error)")
    }
  }
}
