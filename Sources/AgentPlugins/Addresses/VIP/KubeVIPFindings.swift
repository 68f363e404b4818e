import AgentHost
import AgentCore
import AgentKnowledge
import AgentText

/// What is wrong with kube-vip's manifest.
struct KubeVIPFindings {
  typealias Finding = VIPConfigurationJudge.Finding

  let look: VIPLook
  let endpoint: ControlPlaneEndpoint?

  var findings: [Finding] {
    switch look.setup.kubeVIP {
    case .absent: return []
    case .unreadable(let error): return [Finding(state: .unknown, text: "\(error)", source: error.path)]
    case .known(let manifest, _):
      let all = kubeconfigs(manifest) + interface(manifest)
      return manifest.movesControlPlane ? all + address(manifest) + election(manifest) : all
    }
  }

  /// Since Kubernetes 1.29 manifests name super-admin.conf, which only the first control-plane node has.
  private func kubeconfigs(_ manifest: KubeVIPManifest) -> [Finding] {
    switch look.setup.missingKubeconfigs {
    case .absent: return []
    case .unreadable(let error):
      return [Finding(state: .unknown, text: "\(error)", source: error.path)]
    case .known(let missing, _):
      return missing.map { file in
        let isSuper = file.path == "/etc/kubernetes/super-admin.conf"
        return Finding(
          state: .failing,
          text: "kube-vip cannot take the address: its kubeconfig \(file.path) is no file here, or an empty one",
          source: "\(manifest.path):\(file.line)",
          remedy: isSuper
            ? "sed -i 's#/etc/kubernetes/super-admin.conf#/etc/kubernetes/admin.conf#' \(manifest.path)"
            : Self.mend(manifest, file.line)
        )
      }
    }
  }

  private func interface(_ manifest: KubeVIPManifest) -> [Finding] {
    guard let wanted = manifest.interface, case .success(let table) = look.table, table.link(wanted.value) == nil
    else { return [] }
    return [
      Finding(
        state: .failing, text: "kube-vip announces on \(PlainText.short(wanted.value)), which this host does not have",
        source: "\(manifest.path):\(wanted.line)", remedy: "ip -br link; sed -n \(wanted.line)p \(manifest.path)")
    ]
  }

  private func address(_ manifest: KubeVIPManifest) -> [Finding] {
    guard let address = manifest.address else {
      return [
        Finding(
          state: .warning, text: "kube-vip's manifest names no address", source: manifest.path,
          remedy: Self.mend(manifest, nil))
      ]
    }
    guard let announced = manifest.endpoints else {
      return [
        Finding(
          state: .failing, text: "kube-vip's address or port is wrong: \(PlainText.short(address.value))",
          source: "\(manifest.path):\(address.line)", remedy: Self.mend(manifest, address.line))
      ]
    }
    // What a name stands for is not asked.
    guard let endpoint, endpoint.endpoint.host.address != nil,
      !announced.contains(where: { $0.host.address == nil || $0.host == endpoint.endpoint.host })
    else { return [] }
    let names = announced.map { "\($0.host)" }.joined(separator: " and ")
    return [
      Finding(
        state: .failing,
        text: "kube-vip announces \(names), but the API servers' shared address is \(endpoint.endpoint.host)",
        source: "\(manifest.path):\(address.line)", remedy: Self.mend(manifest, address.line))
    ]
  }

  private func election(_ manifest: KubeVIPManifest) -> [Finding] {
    guard manifest.usesARP, !manifest.electsLeader else { return [] }
    return [
      Finding(
        state: .warning, text: "kube-vip elects no leader: every node with this manifest takes the address",
        source: manifest.path, remedy: Self.mend(manifest, nil))
    ]
  }

  /// The kubelet starts the pod anew when its manifest changes.
  private static func mend(_ manifest: KubeVIPManifest, _ line: Int?) -> String {
    line.map { "sed -n \($0)p \(manifest.path)" } ?? "grep -n -A1 'name:' \(manifest.path)"
  }
}
