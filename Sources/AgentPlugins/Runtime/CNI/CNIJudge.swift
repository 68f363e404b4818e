import AgentHost
import AgentText
import AgentCore
import AgentKnowledge

/// Whether pods get the cluster's network.
struct CNIJudge {
  let observation: CNIObservation

  var verdict: Verdict {
    if let reason = observation.irrelevance { return say(.skipped, reason) }
    switch observation.networks {
    case .unreadable(let error): return say(.unknown, "\(error)")
    case .absent: return none
    case .known(let networks, _): return networks.first.map { judge($0, all: networks) } ?? none
    }
  }

  /// The pods that install the network on a node.
  private static let lookForPods =
    "kubectl get pods -A -o wide --field-selector spec.nodeName=$(hostname) | grep -E 'calico|flannel|cilium|weave'"

  private var none: Verdict {
    say(
      .failing, "no network is configured in \(CNINetwork.directory): the node is not ready and no pod starts",
      remedy: Self.lookForPods)
  }

  private func judge(_ first: CNINetwork, all: [CNINetwork]) -> Verdict {
    if first.dataPath == .placeholder { return placeholder(first, all: all) }
    guard !first.types.isEmpty else {
      return say(
        .failing, "\(first.path) names no plugin: no pod starts", remedy: "python3 -m json.tool \(first.path)")
    }
    if let error = observation.missingPrograms.error { return say(.unknown, "\(error)") }
    let missing = observation.missingPrograms.value ?? []
    guard missing.isEmpty else {
      return say(
        .failing,
        "no pod starts: of the network's plugins \(missing.joined(separator: ", ")) is missing in /opt/cni/bin",
        remedy: "ls -l /opt/cni/bin; \(Self.lookForPods)")
    }
    return manager(first)
  }

  /// CRI-O's package brings 10-crio-bridge.conflist or 11-crio-ipv4-bridge.conflist with 10.85.0.0/16.
  private func placeholder(_ first: CNINetwork, all: [CNINetwork]) -> Verdict {
    let remedy = "mv \(first.path) \(first.path).disabled; systemctl restart crio.service"
    guard let second = all.first(where: { $0.dataPath != .placeholder }) else {
      return say(
        .warning, "only CRI-O's own example network is configured: pods get 10.85.0.0/16 and reach no other node",
        remedy: remedy)
    }
    return say(
      .failing, "pods get 10.85.0.0/16: CRI-O's example network comes before the cluster's (\(second.path))",
      remedy: remedy)
  }

  private func manager(_ first: CNINetwork) -> Verdict {
    switch observation.manager {
    case .harmless: return say(.ok, "pods get the network \(PlainText.short(first.name ?? "of \(first.path)"))")
    case .unreadable(let error): return say(.unknown, "\(error)")
    case .meddling:
      return say(
        .warning, "NetworkManager changes the routes of Calico's interfaces: no file tells it to leave them alone",
        remedy: """
          printf '[keyfile]\\nunmanaged-devices=interface-name:cali*;interface-name:tunl*;interface-name:vxlan.calico\\n' \
          > /etc/NetworkManager/conf.d/calico.conf; systemctl reload NetworkManager
          """)
    }
  }

  private func say(_ state: CheckState, _ summary: String, remedy: String? = nil) -> Verdict {
    let evidence = (observation.networks.value ?? []).map {
      Evidence($0.path, $0.types.isEmpty ? "no plugin" : $0.types.joined(separator: ", "))
    }
    return Verdict("cni.configuration", state, summary, evidence: evidence, remedy: remedy)
  }
}
