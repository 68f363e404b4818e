import AgentCore
import AgentKnowledge

/// Whether a parameter matters on a host.
enum SysctlRelevance: Equatable {
  /// It does; what told.
  case applies([Evidence])
  /// It does not, with the reason.
  case skipped(String)
  /// That cannot be seen.
  case hidden(Evidence)

  init(_ key: SysctlKey, on observation: SysctlObservation) {
    switch key.condition {
    case .configured: self = .applies([])
    case .foreignBind:
      self =
        observation.roles.contains(.loadBalancer)
        ? Self.from(observation.signs.foreignBind) : .skipped("this host is no load balancer")
    case .node, .dualStack, .bridge, .calico, .kernelDefaults, .ipvs:
      self =
        observation.hasKubelet ? Self.onNode(key.condition, observation) : .skipped("no kubelet belongs on this host")
    }
  }

  private static func onNode(_ condition: SysctlKey.Condition, _ observation: SysctlObservation) -> SysctlRelevance {
    switch condition {
    case .dualStack: from(observation.signs.dualStack)
    case .bridge: from(observation.signs.bridge)
    case .calico: from(observation.signs.calico)
    case .ipvs: from(observation.signs.ipvs)
    case .kernelDefaults: from(observation.protectKernelDefaults)
    case .node, .configured, .foreignBind: .applies([])
    }
  }

  private static func from(_ sign: Applicability) -> SysctlRelevance {
    switch sign {
    case .seen(let evidence): .applies([evidence])
    case .notSeen(let reason): .skipped(reason)
    case .hidden(let evidence): .hidden(evidence)
    }
  }

  private static func from(_ protects: KubeletSetting<Bool>) -> SysctlRelevance {
    switch protects {
    case .known(true, let source): .applies([Evidence(source, "protectKernelDefaults = true")])
    case .known(false, _): .skipped("the kubelet sets it at its start (protectKernelDefaults is false)")
    case .unknown(let problem): .hidden(Evidence(problem.source, problem.message))
    }
  }
}
