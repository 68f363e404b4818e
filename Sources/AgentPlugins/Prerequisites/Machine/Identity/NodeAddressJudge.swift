import AgentCore
import AgentHost
import AgentKnowledge
import AgentText

/// The addresses that a node's name and `--node-ip` lead to.
extension NodeIdentityJudge {
  func resolution(_ node: NodeName) -> [MachineFinding] {
    if let address = node.address { return [fit(address, from: "its name", shown: "\(address)")].compactMap { $0 } }
    guard let services = identity.services.value else { return unseen(identity.services.error) }
    guard services.usesFiles else { return [elsewhere(node, services)] }
    guard let entries = identity.hosts.value else { return unseen(identity.hosts.error) }
    guard !entries.isEmpty else { return [elsewhere(node, services)] }
    return [listed(entries, node)]
  }

  private func unseen(_ error: FileError?) -> [MachineFinding] {
    [MachineFinding(.unknown, "whether the name resolves cannot be seen: \(error.map { "\($0)" } ?? HostsFile.path)")]
  }

  /// The name is in /etc/hosts.
  private func listed(_ entries: [HostsFile.Entry], _ node: NodeName) -> MachineFinding {
    let real = entries.filter { !$0.address.isLoopback }
    if real.isEmpty {
      let place = entries.prefix(Self.shownEntries).map { "\($0.address) (\($0.source))" }.joined(separator: ", ")
      return MachineFinding(.ok, "resolves to \(place) only: \(loopbackNote)")
    }
    let faults = real.map { ($0, fit($0.address, from: $0.source, shown: "the name resolves to \($0.address)")) }
    if let sharing = faults.first(where: { isShared($0.0.address) })?.1 { return sharing }
    if let good = faults.first(where: { $0.1 == nil })?.0 {
      return MachineFinding(.ok, "resolves to \(good.address) (\(good.source))")
    }
    return faults.lazy.compactMap { $0.1 }.first { $0.state == .unknown } ?? faults.lazy.compactMap { $0.1 }.first
      ?? MachineFinding(.ok, "resolves")
  }

  private var loopbackNote: String {
    identity.nodeIP.value??.isEmpty == false
      ? "the kubelet has --node-ip" : "the kubelet takes the address of the interface with the default route"
  }

  /// The name is not in /etc/hosts. Nothing is asked over the network here.
  private func elsewhere(_ node: NodeName, _ services: NameServices) -> MachineFinding {
    if let service = services.other(for: node.name, isHostName: !identity.isOverridden) {
      return MachineFinding(
        .ok, "not in \(HostsFile.path), left to \(service) (\(services.source)), which is not asked here")
    }
    return MachineFinding(
      .warning, "the name does not resolve: it is not in \(HostsFile.path), and \(services.source) names nobody else",
      remedy: "echo '\(primary.map { "\($0)" } ?? "ADDRESS") \(node.name)' >> \(HostsFile.path)")
  }

  /// The address that the node should have, for commands.
  private var primary: IPAddress? { identity.own.value?.primary.first { !isShared($0) } }

  private func isShared(_ address: IPAddress) -> Bool {
    identity.shared.value?.contains { $0.address == address } == true
  }

  /// What is wrong with an address as the node's; nil when nothing is.
  private func fit(_ address: IPAddress, from source: String, shown: String) -> MachineFinding? {
    if let shared = identity.shared.value?.first(where: { $0.address == address }) {
      return MachineFinding(
        .warning,
        "\(shown) (\(source)), a shared one (\(shared.source)): the node loses it when it moves to another host",
        remedy: correction(source))
    }
    guard address.isUnicast, !address.isLoopback, !address.isLinkLocal else {
      return MachineFinding(
        .warning, "\(shown) (\(source)): loopback, link-local and multicast addresses cannot be a node's",
        remedy: correction(source))
    }
    guard let own = identity.own.value else {
      return MachineFinding(
        .unknown,
        "\(shown) (\(source)); whether that is an own address cannot be seen: "
          + (identity.own.error.map { "\($0)" } ?? "no table of addresses"))
    }
    guard own.all.contains(address) else {
      return MachineFinding(
        .warning, "\(shown) (\(source)), which is no address of this host", remedy: correction(source))
    }
    guard let error = identity.shared.error else { return nil }
    return MachineFinding(
      .unknown, "\(shown) (\(source)); whether it is a shared one cannot be seen: \(error)")
  }

  /// The command that puts the node's own address into the line of /etc/hosts.
  private func correction(_ source: String) -> String? {
    guard source.hasPrefix(HostsFile.path), let line = source.split(separator: ":").last, let primary else {
      return nil
    }
    return "sed -i.bak -E '\(line)s/^[^[:space:]]+/\(primary)/' \(HostsFile.path)"
  }

  /// `--node-ip`: one address, or one of each family; 0.0.0.0 and :: only choose the family.
  var nodeAddress: [MachineFinding] {
    switch identity.nodeIP {
    case .unknown(let problem): return [MachineFinding(.unknown, "--node-ip cannot be seen: \(problem)")]
    case .known(let text, let source):
      return (text ?? "").split(separator: ",").compactMap { part in
        let text = part.filter { !$0.isWhitespace }
        guard let address = try? IPAddress(settingsScalar: text) else {
          return MachineFinding(
            .warning, "--node-ip=\(PlainText.short(text)) (\(source)) is no address: the kubelet passes it over",
            remedy: KubeletFlagRemedy.set("node-ip", to: primary, at: source))
        }
        guard address.number != 0,
          var finding = fit(address, from: source, shown: "the kubelet has the node address \(address)")
        else {
          return nil
        }
        if finding.state == .warning { finding.remedy = KubeletFlagRemedy.set("node-ip", to: primary, at: source) }
        return finding
      }
    }
  }
}

extension IPAddress {
  /// 169.254.0.0/16 or fe80::/10.
  fileprivate var isLinkLocal: Bool { family == .v4 ? number >> 16 == 0xA9FE : number >> 118 == 0xFE80 >> 6 }
}
