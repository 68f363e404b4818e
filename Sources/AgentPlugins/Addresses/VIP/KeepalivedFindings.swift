import AgentHost
import AgentCore
import AgentKnowledge
import AgentText

/// What is wrong with Keepalived's configuration.
struct KeepalivedFindings {
  typealias Finding = VIPConfigurationJudge.Finding
  typealias Instance = KeepalivedConfiguration.Instance

  let look: VIPLook

  var findings: [Finding] {
    switch look.setup.keepalived {
    case .absent: return []
    case .unreadable(let error): return [Finding(state: .unknown, text: "\(error)", source: error.path)]
    case .known(let configuration, _):
      return duplicates(configuration.instances) + configuration.instances.flatMap(missing)
        + configuration.instances.flatMap(selves) + untracked(configuration) + configuration.problems.map(problem)
    }
  }

  /// Two instances with one number on one interface take each other's advertisements, unless they speak to different
  /// hosts only (keepalived.conf(5), virtual_router_id) or of different families.
  private func duplicates(_ instances: [Instance]) -> [Finding] {
    var found: [Finding] = []
    for (index, instance) in instances.enumerated() {
      guard let other = instances[..<index].first(where: { Self.collide($0, instance) }) else { continue }
      found.append(
        Finding(
          state: .failing,
          text:
            "virtual_router_id \(instance.routerID ?? 0) is given twice on \(PlainText.short(instance.interface ?? "")): "
            + "\(PlainText.short(other.name)) and \(PlainText.short(instance.name))", source: instance.source))
    }
    return found
  }

  private static func collide(_ left: Instance, _ right: Instance) -> Bool {
    guard let number = left.routerID, number == right.routerID, left.interface == right.interface,
      left.interface != nil, family(left) == family(right) || family(left) == nil || family(right) == nil
    else { return false }
    if left.peers.isEmpty || right.peers.isEmpty { return left.peers.isEmpty && right.peers.isEmpty }
    return !Set(left.peers).isDisjoint(with: right.peers)
  }

  private static func family(_ instance: Instance) -> IPAddress.Family? { instance.addresses.first?.family }

  private func missing(_ instance: Instance) -> [Finding] {
    guard let name = instance.interface, case .success(let table) = look.table, table.link(name) == nil else {
      return []
    }
    return [
      Finding(
        state: .failing,
        text: "\(PlainText.short(instance.name)) uses \(PlainText.short(name)), which this host does not have",
        source: instance.source, remedy: "ip -br link")
    ]
  }

  /// A host that is its own peer hears its own advertisements as another's.
  private func selves(_ instance: Instance) -> [Finding] {
    guard case .success(let table) = look.table else { return [] }
    let own = Set(table.addresses.map(\.address)).subtracting(instance.addresses)
    return instance.peers.filter(own.contains).map { peer in
      Finding(
        state: .warning,
        text: "unicast_peer of \(PlainText.short(instance.name)) contains this host's own address \(peer)",
        source: instance.source)
    }
  }

  /// Only a configuration that is known in full can lack something.
  private func untracked(_ configuration: KeepalivedConfiguration) -> [Finding] {
    guard configuration.problems.isEmpty else { return [] }
    return configuration.instances(moving: look.address).filter { !$0.isTracking }.map { instance in
      Finding(
        state: .warning,
        text: "\(PlainText.short(instance.name)) has no track_script: the address stays on a host whose API is dead",
        source: instance.source)
    }
  }

  private func problem(_ problem: KeepalivedConfiguration.Problem) -> Finding {
    switch problem {
    case .unreadable(let error): Finding(state: .unknown, text: "\(error)", source: error.path)
    case .notEvaluated(let what, let source):
      Finding(state: .unknown, text: "not evaluated at \(source): \(what)", source: source)
    case .wrong(let what, let source): Finding(state: .warning, text: "\(source): \(what)", source: source)
    }
  }
}
