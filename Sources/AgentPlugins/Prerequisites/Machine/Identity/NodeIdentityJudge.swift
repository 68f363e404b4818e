import AgentHost
import AgentKnowledge
import AgentCore
import AgentText

/// What Kubernetes makes of a host's name and addresses.
///
/// The kubelet takes as its node's address `--node-ip`, else the name where that is an address, else the first IPv4
/// address of the name that is on one of its interfaces and not loopback, else the one of the interface with the
/// default route (pkg/kubelet/nodestatus/setters.go, NodeAddress; kubelet_node_status.go, validateNodeIP).
struct NodeIdentityJudge {
  static let check: CheckID = "machine.identity"
  /// How many lines of /etc/hosts a verdict shows.
  static let shownEntries = 8

  let identity: NodeIdentity

  init(_ identity: NodeIdentity) { self.identity = identity }

  var verdict: Verdict {
    guard let node = identity.node else {
      let problem = identity.override.problem?.description ?? identity.running.error?.description
      return Verdict(
        Self.check, .unknown, "the node's name cannot be seen: \(problem ?? "\(NodeIdentity.kernelPath) is not there")")
    }
    // A name that no node can have needs no address.
    let addresses = node.mistake == nil ? resolution(node) : []
    let findings = [name(node), reboot(node)].compactMap { $0 } + addresses + nodeAddress
    return MachineFinding.verdict(Self.check, findings, evidence: evidence)
  }

  private var evidence: [Evidence] {
    var evidence: [Evidence] = []
    if case .known(let name, let source) = identity.running { evidence.append(Evidence(source, PlainText.short(name))) }
    if case .known(let name, let source) = identity.nextBoot {
      evidence.append(Evidence(source, PlainText.short(name)))
    }
    if case .known(.some(let name), let source) = identity.override {
      evidence.append(Evidence(source, PlainText.short(name)))
    }
    if case .known(.some(let address), let source) = identity.nodeIP {
      evidence.append(Evidence(source, PlainText.short(address)))
    }
    for entry in (identity.hosts.value ?? []).prefix(Self.shownEntries) {
      evidence.append(Evidence(entry.source, "\(entry.address)"))
    }
    if case .known(let services, let source) = identity.services {
      evidence.append(Evidence(source, "hosts: \(services.names.joined(separator: " "))"))
    }
    return evidence
  }
}

extension NodeIdentityJudge {
  private func name(_ node: NodeName) -> MachineFinding {
    let shown = PlainText.short(node.written, length: 70)
    if let mistake = node.mistake {
      return MachineFinding(
        .warning, "the node cannot register as '\(shown)': the name \(mistake)", remedy: rename(node.mended))
    }
    if node.isPlaceholder {
      return MachineFinding(
        .warning, "named '\(shown)' as every host without a name: two such nodes cannot be in one cluster",
        remedy: rename(nil))
    }
    if node.address != nil {
      return identity.isJoined
        ? MachineFinding(.ok, "the node is named by an address, \(node.name)")
        : MachineFinding(
          .warning, "the node would be named by an address, \(node.name), and keep that name when it gets another",
          remedy: rename(nil))
    }
    let note = node.name == node.written ? "" : " (the kubelet puts '\(shown)' in lower case)"
    return MachineFinding(.ok, "named '\(node.name)'\(note)")
  }

  private func rename(_ name: String?) -> String {
    guard identity.isOverridden else { return "hostnamectl set-hostname \(name ?? "NAME")" }
    return KubeletFlagRemedy.set("hostname-override", to: name, at: identity.override.source)
  }

  /// A node that comes back under another name is a new one; the old one stays NotReady with its pods.
  private func reboot(_ node: NodeName) -> MachineFinding? {
    guard !identity.isOverridden else { return nil }
    switch identity.nextBoot {
    case .absent: return nil
    case .unreadable(let error): return MachineFinding(.unknown, "its name after a reboot cannot be seen: \(error)")
    case .known(let text, _):
      // From systemd 257 on, '?' stands for a digit of the machine id (hostname(5)).
      guard !text.contains("?"), NodeName(text).name != node.name else { return nil }
      return MachineFinding(
        .warning,
        "another name after a reboot: '\(PlainText.short(node.written))' now, "
          + "'\(PlainText.short(text))' in \(NodeIdentity.filePath), and the cluster would see a new node",
        remedy: node.mistake == nil ? "hostnamectl set-hostname \(node.written)" : nil)
    }
  }
}
