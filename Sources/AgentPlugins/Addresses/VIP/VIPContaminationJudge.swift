import AgentKnowledge
import AgentCore
import AgentHost
import AgentText

/// Whether the address may be taken for the node's own.
struct VIPContaminationJudge {
  let look: VIPLook

  var verdict: Verdict {
    let setting = look.setup.nodeIP
    if let text = setting.value ?? nil, names(text) {
      return say(
        .warning, "--node-ip is \(look.address): the node loses its address when that moves",
        evidence: [Evidence(setting.source, PlainText.short(text))])
    }
    guard case .success(let table) = look.table else { return say(.unknown, "the table of addresses cannot be read") }
    if let tunnel = table.links.first(where: { $0.tunnelSource == look.address }) { return say(tunnel) }
    for holding in look.holdings where table.isFirst(holding) && hasOthers(beside: holding, in: table) {
      return say(
        .warning,
        "\(look.address) is the first address of \(holding.interface): programs that take the first one take it",
        evidence: [
          Evidence("rtnetlink \(holding.interface)", "\(holding.address)/\(holding.prefixLength) stands first")
        ],
        remedy: "ip address del \(holding.address)/\(holding.prefixLength) dev \(holding.interface); "
          + "ip address add \(holding.address)/\(holding.prefixLength) dev \(holding.interface)")
    }
    if let problem = setting.problem { return say(.unknown, "--node-ip cannot be seen: \(problem)") }
    return say(
      .ok, "\(look.address) is neither --node-ip nor the first address of an interface, and no tunnel sends from it")
  }

  /// The pod network took it for the node's address when it started, and never looks again.
  private func say(_ tunnel: NetworkLink) -> Verdict {
    let name = PlainText.short(tunnel.name)
    let isHere = !look.holdings.isEmpty
    return say(
      .warning,
      isHere
        ? "\(name) sends from \(look.address): the pod network breaks when it moves"
        : "\(name) sends from \(look.address), which is not here: pods of this node do not reach those of others",
      evidence: [Evidence("rtnetlink \(name)", "\(tunnel.kind ?? "tunnel") local \(look.address)")],
      remedy: remedy(tunnel))
  }

  /// Both forms hold for every node of a DaemonSet, so neither names an address or an interface of this one.
  private func remedy(_ tunnel: NetworkLink) -> String? {
    if tunnel.name.contains("calico") {
      let variable = look.address.family == .v4 ? "IP_AUTODETECTION_METHOD" : "IP6_AUTODETECTION_METHOD"
      return
        "kubectl set env daemonset/calico-node -n kube-system \(variable)=kubernetes-internal-ip; installed by the "
        + "operator: nodeAddressAutodetectionV\(look.address.family.rawValue): {kubernetes: NodeInternalIP} in the "
        + "Installation"
    }
    if tunnel.name.contains("flannel") {
      return
        "kubectl -n kube-flannel edit daemonset kube-flannel-ds, and give flanneld --iface-can-reach=GATEWAY; without "
        + "a DaemonSet flanneld --iface=ADDRESS --public-ip=ADDRESS with the node's own address"
    }
    return nil
  }

  /// One address, or one of each family.
  private func names(_ text: String) -> Bool {
    text.split(separator: ",").contains { (try? IPAddress(settingsScalar: String($0))) == look.address }
  }

  /// An interface of the address's own, as `use_vmac` makes one, has nothing to mistake it for.
  private func hasOthers(beside holding: InterfaceAddress, in table: NetworkTable) -> Bool {
    table.addresses(on: holding.interface).contains {
      $0.address.family == holding.address.family && $0.scope == .global && $0.address != holding.address
    }
  }

  private func say(
    _ state: CheckState, _ summary: String, evidence: [Evidence] = [], remedy: String? = nil
  ) -> Verdict {
    Verdict(
      "vip.contamination", subject: "\(look.address)", state, summary, evidence: evidence, remedy: remedy)
  }
}
